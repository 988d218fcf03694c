import { runCodeFlows } from '../code-flow.mjs'
import { besideOpenssl, cores } from '../limits.mjs'

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
  async measure({ url, seed, instance }) {
    const { result, signs } = await besideOpenssl(async () => {
      const before = instance.cpuTime()
      const { flows } = await runCodeFlows({ url, ...plan }, seed)
      return { flows, seconds: instance.cpuTime() - before }
    })
    return { value: result.seconds / result.flows / (cores / signs), unit: 'signatures', limit: 5 }
  }
}
