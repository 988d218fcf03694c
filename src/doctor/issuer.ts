import { createFinder, type Finding } from './finding.ts'
import type { Check } from './check.ts'
import { isLoopback, probe, type Answer } from './probe.ts'

/** Only an issuer on this machine is asked: what lies between here and another one is not ours to judge. */
export const issuerCheck: Check = async ({ config: { issuer } }) => {
  if (!isLoopback(new URL(issuer).hostname)) {
    return [createFinder('issuer').ok(`The issuer is ${issuer}; it is not on this machine and was not asked.`)]
  }
  return [judgeIssuer(issuer, await probe(`${issuer}/.well-known/openid-configuration`))]
}

export function judgeIssuer(issuer: string, answer: Answer): Finding {
  const finder = createFinder('issuer')
  if (answer === 'refused') return finder.ok(`The issuer is ${issuer}; nobody listens there now.`)
  const told = answer === 'silent' ? undefined : (answer.body as { issuer?: unknown } | undefined)?.issuer
  if (told === issuer) return finder.ok(`The issuer ${issuer} answers with its own name.`)
  return finder.fail(
    `What answers at ${issuer} ${typeof told === 'string' ? 'calls itself another issuer' : 'is not this issuer'}.`,
    'Set ISSUER to the address at which clients reach the public listener, and start the service with that.')
}
