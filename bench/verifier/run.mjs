// Runs a program of this folder beside the issuer that it asks, each in a process of its own, and reads what it prints.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { startNode } from '../../scripts/node-process.mjs'

/** Live revocations of the issuer. */
export const liveRevocations = 1_000_000

/** @returns what the program prints, parsed; `program` is its file's name, `flags` are for node */
export async function runBesideIssuer(program, flags = []) {
  const issuer = await startNode([path.join(import.meta.dirname, 'stand-in.mjs'), String(liveRevocations)], {
    env: process.env, isReady: output => output.includes('http://')
  })
  try {
    const args = [...flags, path.join(import.meta.dirname, program), issuer.output().trim(), String(liveRevocations)]
    return JSON.parse(await collect(args))
  } finally {
    await issuer.stop()
  }
}

function collect(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', chunk => { printed[name] += chunk })
    child.once('error', reject)
    child.once('close', status => {
      if (status === 0) resolve(printed.stdout)
      else reject(new Error(`node ${args.join(' ')} ended with ${status}:\n${printed.stderr}`))
    })
  })
}
