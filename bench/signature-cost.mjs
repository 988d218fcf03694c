// Prints the processor time of one RSA-2048 signature, in seconds. Runs once for each core at the same time.
import { generateKeyPairSync, sign } from 'node:crypto'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const input = Buffer.alloc(600, 'x')
const endsAt = performance.now() + Number(process.argv[2])
const before = process.cpuUsage()
let signatures = 0
while (performance.now() < endsAt) {
  sign('sha256', input, privateKey)
  signatures += 1
}
const { user, system } = process.cpuUsage(before)
console.log((user + system) / signatures / 1e6)
