import type { Check } from './check.ts'
import { databaseCheck } from './database.ts'
import { issuerCheck } from './issuer.ts'
import { keysCheck } from './keys.ts'
import { listenersCheck } from './listeners.ts'
import { masterKeyCheck } from './master-key.ts'
import { redisCheck } from './redis.ts'
import { registrationCheck } from './registration.ts'

/** What the doctor looks at, once there is a configuration to go by. */
export const checks: readonly Check[] = [
  masterKeyCheck, databaseCheck, redisCheck, keysCheck, listenersCheck, issuerCheck, registrationCheck
]
