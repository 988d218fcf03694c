// Prints how many argon2id verifications a second two threads make. The argument is the duration in seconds.
import { hash, verify } from '@node-rs/argon2'
import { currentParameters } from '../dist/accounts/stored-hash.js'

const password = Buffer.from('a password of ordinary length')
const stored = await hash(password, currentParameters)
const endsAt = performance.now() + Number(process.argv[2]) * 1000
let count = 0

async function verifyUntilTheEnd() {
  while (performance.now() < endsAt) {
    await verify(stored, password)
    count += 1
  }
}

const startedAt = performance.now()
await Promise.all([verifyUntilTheEnd(), verifyUntilTheEnd()])
console.log(count / ((performance.now() - startedAt) / 1000))
