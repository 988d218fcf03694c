import { defineScript } from 'redis'
import type { CommandParser } from 'redis'

/** The scripts of the shared revocation list. Keys, in this order: head, entries, ends. */

/**
 * Adds entries, drops what ended more than a minute ago (Redis has a clock of its own) and raises the head,
 * never lowers it. An entry replaces another of the same sequence: after a restore, that one is of a journal
 * that is no more.
 */
const announceSource = `
local function drop(seq)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], seq, seq)
  redis.call('ZREM', KEYS[3], seq)
end
local ended = tonumber(redis.call('TIME')[1]) * 1000 - 60000
local past = redis.call('ZRANGE', KEYS[3], '-inf', ended, 'BYSCORE', 'LIMIT', 0, 500)
for _, seq in ipairs(past) do drop(seq) end
for i = 4, #ARGV, 3 do
  drop(ARGV[i])
  if tonumber(ARGV[i + 1]) > ended then
    redis.call('ZADD', KEYS[2], ARGV[i], ARGV[i + 2])
    redis.call('ZADD', KEYS[3], ARGV[i + 1], ARGV[i])
  end
end
if ARGV[1] ~= '' then
  local head = redis.call('GET', KEYS[1])
  if not head or tonumber(head) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
  redis.call('PUBLISH', ARGV[3], ARGV[1])
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return 1`

/** Forgets the list, unless the head is another than the one given (0 for none, empty for whichever). */
const clearSource = `
if ARGV[1] ~= '' and tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1`

const script = (source: string) => defineScript({
  SCRIPT: source,
  NUMBER_OF_KEYS: 3,
  parseCommand(parser: CommandParser, keys: string[], args: string[]) {
    parser.pushKeys(keys)
    parser.push(...args)
  },
  transformReply: (reply: unknown) => reply === 1
})

export const revocationScripts = {
  announceRevocations: script(announceSource),
  clearRevocations: script(clearSource)
}
