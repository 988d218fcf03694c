import { defineScript, type CommandParser } from 'redis'
import type { Replacement } from '../pending.ts'

/** Sets another value, for what is left of its time or for so many milliseconds, if the value is still the one that was read. */
const replaceSource = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) else redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') end
return 1`

export const pendingScripts = {
  replacePending: defineScript({
    SCRIPT: replaceSource,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string, { expected, value, lifetime }: Replacement & { expected: string }) {
      parser.pushKey(key)
      parser.push(expected, value)
      if (lifetime !== undefined) parser.push(String(Math.ceil(lifetime * 1000)))
    },
    transformReply: (reply: unknown) => reply === 1
  })
}
