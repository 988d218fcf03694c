import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { OutboundAnswer, OutboundFetch, OutboundRequest } from '../ports/outbound-fetch.ts'
import { OutboundError } from '../protocol/outbound-error.ts'
import { createAddressRules, type AddressRules } from './address-rules.ts'
import { resolve as askDns, type Resolve } from './resolve.ts'

/**
 * Requests to servers that a client's registration named, and that nobody vouches for (server-side request forgery). The
 * addresses of a host are judged before the connection, and the connection goes to those addresses and no others: a name
 * that answers differently the second time gains nothing. This folder knows nothing of what is asked, or why.
 */

export interface OutboundOptions {
  /** CIDRs, in which addresses that are not public may be asked, and http may be spoken. */
  privateNetworks: readonly string[]
  /** Milliseconds from the call to the last byte of the answer. */
  timeout?: number
  /** Bytes of an answer's body. */
  maxBody?: number
  /** Requests at a time; one more is refused. */
  maxRequests?: number
  resolve?: Resolve
}

export function createOutboundFetch(options: OutboundOptions): OutboundFetch {
  const { privateNetworks, timeout = 5000, maxBody = 65_536, maxRequests = 64, resolve = askDns } = options
  const rules = createAddressRules(privateNetworks)
  const rulesForStrangers = createAddressRules([])
  let running = 0

  return async (text, request = {}) => {
    const url = parseUrl(text)
    if (running >= maxRequests) throw new OutboundError('overloaded')
    running++
    const signal = AbortSignal.timeout(timeout)
    try {
      const addresses = await withSignal(signal, findAddresses(url, { resolve, signal }))
      judgeAddresses(url, addresses, request.isForStranger ? rulesForStrangers : rules)
      return await exchange(url, { request, addresses, signal, maxBody })
    } catch (error) {
      if (error instanceof OutboundError) throw error
      throw new OutboundError(signal.aborted ? 'timeout' : 'unreachable', error)
    } finally {
      running--
    }
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (!isUsable) throw new OutboundError('bad-url')
  return url
}

/** Odd spellings of an address, such as 2130706433 or 0x7f.1, have become plain ones in `hostname` already. */
async function findAddresses({ hostname }: URL, { resolve, signal }: { resolve: Resolve; signal: AbortSignal }): Promise<string[]> {
  const literal = hostname.replace(/^\[|\]$/g, '')
  return isIP(literal) === 0 ? resolve(hostname, signal) : [literal]
}

/** All of them, for any may be the one that the connection comes to. */
function judgeAddresses({ protocol }: URL, addresses: readonly string[], rules: AddressRules): void {
  if (addresses.length === 0) throw new OutboundError('unreachable')
  const verdicts = addresses.map(rules.judge)
  if (verdicts.includes('refused')) throw new OutboundError('private-address')
  if (protocol !== 'https:' && verdicts.includes('public')) throw new OutboundError('not-https')
}

interface Exchange {
  request: OutboundRequest
  addresses: readonly string[]
  signal: AbortSignal
  maxBody: number
}

async function exchange(url: URL, { request, addresses, signal, maxBody }: Exchange): Promise<OutboundAnswer> {
  const { method = 'GET', headers = {}, body } = request
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
    method,
    signal,
    // A connection of its own: one that was kept would belong to an address of another look-up.
    agent: false,
    lookup: answerWith(addresses),
    headers: { 'user-agent': 'countersign', ...headers }
  })
  // What fails once the answer has begun is told by the answer, too; without a listener it would end the process.
  outgoing.on('error', () => {})
  outgoing.end(body)
  try {
    const [response] = await once(outgoing, 'response', { signal }) as [IncomingMessage]
    const status = response.statusCode!
    if (status >= 300 && status < 400) throw new OutboundError('redirected')
    return { status, body: await readBody(response, maxBody) }
  } finally {
    outgoing.destroy()
  }
}

function answerWith(addresses: readonly string[]): LookupFunction {
  const found = addresses.map(address => ({ address, family: isIP(address) }))
  return (_hostname, { all }, answer) => all ? answer(null, found) : answer(null, found[0]!.address, found[0]!.family)
}

async function readBody(response: IncomingMessage, maxBody: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBody) throw new OutboundError('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Whoever resolves names may not heed the signal. */
async function withSignal<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  return Promise.race([work, aborted])
}
