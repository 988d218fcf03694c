/**
 * SHA-256 (FIPS 180-4) without waiting, which WebCrypto cannot do. It digests names and public things only, never a secret.
 */

const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32)
const primes = Array.from({ length: 311 }, (_, index) => index + 2)
  .filter(each => !Array.from({ length: each - 2 }, (_, index) => index + 2).some(divisor => each % divisor === 0))
/** §4.2.2: the cube roots of the first 64 primes; §5.3.3: the square roots of the first 8. */
const rounds = Uint32Array.from(primes.slice(0, 64), prime => fraction(Math.cbrt(prime)))
const start = Uint32Array.from(primes.slice(0, 8), prime => fraction(Math.sqrt(prime)))

const rotate = (word: number, bits: number): number => word >>> bits | word << 32 - bits

export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((bytes.length + 72 >>> 6) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  const state = Uint32Array.from(start)
  const words = new Uint32Array(64)
  for (let at = 0; at < padded.length; at += 64) {
    spread(words, view, at)
    compress(state, words)
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => digest.setUint32(index * 4, word))
  return new Uint8Array(digest.buffer)
}

/** §6.2.2, step 1. */
function spread(words: Uint32Array, view: DataView, at: number): void {
  for (let index = 0; index < 16; index += 1) words[index] = view.getUint32(at + index * 4)
  for (let index = 16; index < 64; index += 1) {
    const [early, late] = [words[index - 15]!, words[index - 2]!]
    const small = rotate(early, 7) ^ rotate(early, 18) ^ early >>> 3
    const large = rotate(late, 17) ^ rotate(late, 19) ^ late >>> 10
    words[index] = words[index - 16]! + small + words[index - 7]! + large
  }
}

/** §6.2.2, steps 2 to 4. */
function compress(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let index = 0; index < 64; index += 1) {
    const mixed = (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g)
    const first = h + mixed + rounds[index]! + words[index]! | 0
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c) | 0
    h = g; g = f; f = e; e = d + first | 0
    d = c; c = b; b = a; a = first + second | 0
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, index) => { state[index] = state[index]! + word })
}
