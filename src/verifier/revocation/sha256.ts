/**
 * SHA-256 (FIPS 180-4) without waiting: `crypto.subtle` answers with a promise alone, and the keys of a token are wanted at
 * once. For short public values such as a client's id; nothing secret passes here.
 */

const primes = findPrimes(64)
const constants = Int32Array.from(primes, prime => fractionOf(Math.cbrt(prime)))
const start = Int32Array.from(primes.slice(0, 8), prime => fractionOf(Math.sqrt(prime)))
const schedule = new Int32Array(64)

/** The digest as eight words. */
export function sha256(bytes: Uint8Array): Int32Array {
  const state = start.slice()
  const padded = pad(bytes)
  for (let at = 0; at < padded.byteLength; at += 64) compress(state, padded, at)
  return state
}

function pad(bytes: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(padded.length - 4, bytes.length << 3)
  return view
}

function compress(state: Int32Array, block: DataView, at: number): void {
  fillSchedule(block, at)
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let round = 0; round < 64; round++) {
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[round]! + schedule[round]!
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = d + first | 0
    d = c
    c = b
    b = a
    a = first + second | 0
  }
  for (const [place, word] of [a, b, c, d, e, f, g, h].entries()) state[place]! += word
}

function fillSchedule(block: DataView, at: number): void {
  for (let round = 0; round < 16; round++) schedule[round] = block.getInt32(at + round * 4)
  for (let round = 16; round < 64; round++) {
    const before = schedule[round - 15]!
    const last = schedule[round - 2]!
    schedule[round] = (turn(before, 7) ^ turn(before, 18) ^ (before >>> 3)) + schedule[round - 7]! +
      (turn(last, 17) ^ turn(last, 19) ^ (last >>> 10)) + schedule[round - 16]!
  }
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** The first 32 bits of the fraction. */
function fractionOf(value: number): number {
  return (value - Math.floor(value)) * 0x100000000 | 0
}

function findPrimes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every(prime => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}
