// Load from another process: wrk where it is installed, because it leaves the cores to the service, else autocannon.
// Every run is bounded in time and in connections.
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import autocannon from 'autocannon'

const scripts = path.join(import.meta.dirname, 'wrk')

/** The program that makes the load, as the report names it. */
export const loadProgram = spawnSync('wrk', ['--version']).error === undefined ? 'wrk' : 'autocannon'

/**
 * @param run { url, connections, seconds } and one of: nothing (GET); bodies (POSTed in turn, with contentType and
 * authorization); refreshTokens (each spent, its successors too: at the token endpoint with an authorization, else at the
 * first-party API)
 * @param mayRefuse whether answers other than 2xx are part of the plan
 * @returns { rate, p50, p99, refused }: answers a second that were no refusal; milliseconds; refusals in all
 * @throws Error when a connection broke, or an answer was a refusal against the plan
 */
export async function runLoad(run, { folder, mayRefuse = false }) {
  const result = loadProgram === 'wrk' ? await runWrk(run, folder) : await runAutocannon(run)
  if (result.broken > 0) throw new Error(`${result.broken} requests to ${run.url} were not answered`)
  if (result.refused > 0 && !mayRefuse) throw new Error(`${result.refused} requests to ${run.url} were refused`)
  return result
}

async function runWrk({ url, connections, seconds, ...content }, folder) {
  const { script, args } = writeScriptInput(content, folder)
  const output = await runProgram('wrk', [
    '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', path.join(scripts, script), url, '--', ...args
  ])
  const line = /^RESULT (.*)$/m.exec(output)?.[1]
  if (line === undefined) throw new Error(`wrk did not report on ${url}:\n${output}`)
  const { requests, microseconds, p50, p99, refused, broken } = JSON.parse(line)
  return { rate: (requests - refused) / (microseconds / 1e6), p50: p50 / 1000, p99: p99 / 1000, refused, broken }
}

/** Tokens go by file: arguments are visible to every user of the machine. */
function writeScriptInput({ bodies, contentType, authorization = '', refreshTokens }, folder) {
  if (bodies === undefined && refreshTokens === undefined) return { script: 'report.lua', args: [] }
  const file = path.join(folder, `load-${nextInput++}`)
  const lines = refreshTokens ? [authorization, ...refreshTokens] : [contentType, authorization, ...bodies]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return { script: refreshTokens ? 'refresh.lua' : 'rotate.lua', args: [file] }
}

let nextInput = 0

function runProgram(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => { output += text })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code === 0 ? output : `${output}(ended with ${signal ?? code})`))
  })
}

async function runAutocannon({ url, connections, seconds, ...content }) {
  const result = await autocannon({ url, connections, duration: seconds, timeout: 10, ...describeRequests(content) })
  return {
    rate: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    refused: result.non2xx,
    broken: result.errors + result.timeouts
  }
}

function describeRequests({ bodies, contentType, authorization, refreshTokens }) {
  if (refreshTokens !== undefined) return { requests: [spendInTurn([...refreshTokens], authorization)] }
  if (bodies === undefined) return {}
  const headers = { 'content-type': contentType, ...(authorization && { authorization }) }
  return { requests: bodies.map(body => ({ method: 'POST', headers, body })) }
}

function spendInTurn(waiting, authorization) {
  const spend = authorization === undefined
    ? { type: 'application/json', member: 'refreshToken', write: refreshToken => JSON.stringify({ refreshToken }) }
    : {
        type: 'application/x-www-form-urlencoded', member: 'refresh_token',
        write: token => `grant_type=refresh_token&refresh_token=${token}`
      }
  return {
    method: 'POST',
    headers: { 'content-type': spend.type, ...(authorization && { authorization }) },
    setupRequest: request => ({ ...request, body: spend.write(waiting.shift()) }),
    onResponse(status, body) {
      if (status === 200) waiting.push(JSON.parse(body)[spend.member])
    }
  }
}
