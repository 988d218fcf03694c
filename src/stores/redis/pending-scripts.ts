import { defineScript, type CommandParser } from 'redis'

/** Sets another value, for what is left of its time, if the value is still the one that was read. */
const replaceSource = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1`

export const pendingScripts = {
  replacePending: defineScript({
    SCRIPT: replaceSource,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string, change: { expected: string; value: string }) {
      parser.pushKey(key)
      parser.push(change.expected, change.value)
    },
    transformReply: (reply: unknown) => reply === 1
  })
}
