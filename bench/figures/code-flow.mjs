import path from 'node:path'
import { runCodeFlows } from '../code-flow.mjs'
import { startInstance } from '../instance.mjs'
import { besideOpenssl, measureSignature } from '../limits.mjs'

const plan = { runners: 16, seconds: 8 }

/** Whole code flows a second: authorize with a live session, code, token, userinfo; two signatures each. */
export const codeFlow = {
  name: 'code_flow',
  limitIs: 'half the RSA-2048 signatures of OpenSSL on all cores',
  target: undefined,
  async measure({ url, seed }) {
    await runCodeFlows({ url, ...plan, seconds: 3 }, seed)
    const { result, signs } = await besideOpenssl(() => runCodeFlows({ url, ...plan }, seed))
    return { value: result.rate, unit: '1/s', limit: signs / 2 }
  }
}

/** What a code flow costs the service, in the processor time of one RSA-2048 signature; two of them are signatures. */
export const codeFlowCost = {
  name: 'code_flow_cost',
  limitIs: 'two signatures, and three for all the rest',
  target: { most: { ratio: 1 } },
  measure: async ({ seed, instance }) => ({ value: await measureCost(instance, seed), unit: 'signatures', limit: 5 })
}

/** The same for requests, statements, commands and signatures with nothing in between: what the stack itself costs. */
export const bareFlowCost = {
  name: 'bare_flow_cost',
  limitIs: 'the same',
  target: undefined,
  async measure({ seed, folder, environment }) {
    const bare = await startInstance(environment, { folder, script: path.join(import.meta.dirname, '..', 'bare-flow.mjs') })
    try {
      return { value: await measureCost(bare, seed), unit: 'signatures', limit: 5 }
    } finally {
      await bare.stop()
    }
  }
}

/** Compiling what runs often is no part of what it costs from then on: so many flows come before. */
const flowsBefore = 12_000

async function measureCost({ url, cpuTime }, seed) {
  for (let done = 0; done < flowsBefore;) done += (await runCodeFlows({ url, ...plan, seconds: 2 }, seed)).flows
  const signatureBefore = await measureSignature()
  const before = cpuTime()
  const { flows } = await runCodeFlows({ url, ...plan }, seed)
  const cost = (cpuTime() - before) / flows
  return cost / ((signatureBefore + await measureSignature()) / 2)
}
