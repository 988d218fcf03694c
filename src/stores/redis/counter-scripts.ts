import { defineScript } from 'redis'
import type { CommandParser } from 'redis'

/** The scripts of the attempt counters. One key each, which never is without a time to live. */

/**
 * Checks and counts in one step. Answers whether there was room, the count and the milliseconds that are
 * left.
 */
const reserveSource = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
local allowed = 0
if count < tonumber(ARGV[1]) then
  allowed = 1
  count = redis.call('INCR', KEYS[1])
end
if left < 0 then
  left = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], left)
end
return {allowed, count, left}`

/** A window with nothing in it is over: the next attempt begins another. */
const giveBackSource = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count > 1 then redis.call('DECR', KEYS[1]) else redis.call('DEL', KEYS[1]) end
return 1`

export const counterScripts = {
  reserveAttempt: defineScript({
    SCRIPT: reserveSource,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string, window: { limit: number; milliseconds: number }) {
      parser.pushKey(key)
      parser.push(String(window.limit), String(window.milliseconds))
    },
    transformReply(reply: unknown) {
      const [allowed, count, left] = reply as [number, number, number]
      return { allowed: allowed === 1, count, left }
    }
  }),
  giveBackAttempt: defineScript({
    SCRIPT: giveBackSource,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string) {
      parser.pushKey(key)
    },
    transformReply: (reply: unknown) => reply === 1
  })
}
