// The limits that the figures stand beside, measured in the same run on the same machine: what the cores can sign and
// verify, what argon2 costs, what Fastify answers when it has nothing to do.
import { execFile, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { runLoad } from './load.mjs'
import { startNode } from '../scripts/node-process.mjs'

export const cores = availableParallelism()

/** RSA-2048 by OpenSSL on all cores: { signs, verifies } a second. */
function measureOpenssl(seconds = 2) {
  const { status, stdout, stderr } = spawnSync('openssl', [
    'speed', '-multi', String(cores), '-seconds', String(seconds), 'rsa2048'
  ], { encoding: 'utf8' })
  const figures = /^rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)/m.exec(stdout ?? '')
  if (status !== 0 || figures === null) {
    throw new Error(`"openssl speed" did not answer; install openssl: ${stderr ?? 'not found'}`)
  }
  return { signs: Number(figures[1]), verifies: Number(figures[2]) }
}

/** Some work with OpenSSL measured before and after it: its result, and the means of both rates. */
export async function besideOpenssl(work) {
  const before = measureOpenssl()
  const result = await work()
  const after = measureOpenssl()
  return { result, signs: (before.signs + after.signs) / 2, verifies: (before.verifies + after.verifies) / 2 }
}

/** Seconds of processor time for one RSA-2048 signature while every core makes them, whoever else uses the cores. */
export async function measureSignature(milliseconds = 1500) {
  const program = path.join(import.meta.dirname, 'signature-cost.mjs')
  const outputs = await Promise.all(Array.from({ length: cores }, () =>
    promisify(execFile)(process.execPath, [program, String(milliseconds)])))
  return outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0) / cores
}

/** Argon2id hashes a second with the service's parameters, two at a time, in a process that does nothing else. */
export function measureArgon2(seconds = 4) {
  const program = path.join(import.meta.dirname, 'argon2-rate.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, String(seconds)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`argon2 could not be measured:\n${stderr}`)
  return Number(stdout)
}

/** Answers a second of a bare Fastify that parses the same bodies and sends answers of the same size. */
export async function measureBareFastify(run, answerBytes, { folder }) {
  const server = await startNode([path.join(import.meta.dirname, 'bare-server.mjs'), String(answerBytes)], {
    env: process.env, isReady: output => output.includes('http://')
  })
  try {
    const url = /http:\S+/.exec(server.output())[0]
    return (await runLoad({ ...run, url }, { folder })).rate
  } finally {
    await server.stop()
  }
}
