import { createFinder, type Finding } from './finding.ts'
import { examineRedis, type RedisExamination } from '../stores/redis/examine-redis.ts'
import type { Check } from './check.ts'
import { clockTolerance } from './database.ts'

export const redisCheck: Check = async ({ config: { redisUrl }, clock }) => {
  if (redisUrl === undefined) return []
  const finder = createFinder('redis')
  try {
    return judgeRedis(await examineRedis(redisUrl, clock))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return [finder.fail(`Redis does not answer (${code ?? message}).`,
      'Check REDIS_URL and that Redis runs. The service works on meanwhile, with limits counted per instance.')]
  }
}

export function judgeRedis({ version, maxmemoryPolicy, maxmemory, clockAhead }: RedisExamination): Finding[] {
  const finder = createFinder('redis')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return [
    major > 6 || (major === 6 && minor >= 2)
      ? finder.ok(`Redis ${version} answers.`)
      : finder.fail(`Redis ${version} is too old.`, 'Install Redis 6.2 or later.'),
    ...(maxmemory > 0 && maxmemoryPolicy !== undefined && maxmemoryPolicy !== 'noeviction'
      ? [finder.warn(
        `When Redis is full it throws keys away (maxmemory-policy ${maxmemoryPolicy}): attempt counters start anew.`,
        'Set maxmemory-policy to noeviction. Nothing revoked comes back either way.')]
      : []),
    ...(Math.abs(clockAhead) < clockTolerance
      ? []
      : [finder.warn(`The clock of Redis differs from this machine's by ${Math.abs(clockAhead).toFixed(1)} s.`,
        'Keep both clocks right with NTP.')])
  ]
}
