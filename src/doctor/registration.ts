import { createFinder, type Finding } from './finding.ts'
import type { Config } from '../config.ts'
import type { Check } from './check.ts'

export const registrationCheck: Check = async ({ config }) => judgeRegistration(config)

type RegistrationFacts = Pick<Config, 'production' | 'registration'>

export function judgeRegistration({ production, registration }: RegistrationFacts): Finding[] {
  const finder = createFinder('registration')
  if (registration === 'closed') return [finder.ok('Registration is closed: operators make the accounts.')]
  return [production
    ? finder.warn('Anyone may register, in production.', 'Set REGISTRATION=closed unless that is what you want.')
    : finder.ok('Anyone may register, as is usual in development.')]
}
