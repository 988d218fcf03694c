/** Those that have part in keys of every length (Nemec et al., The Return of Coppersmith's Attack, §2). */
const primes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131,
  137, 139, 149, 151, 157, 163, 167
]

const marks = primes.map(prime => ({ prime, powers: powersOf65537(prime) }))

/**
 * Whether an RSA modulus bears the mark of the keys that Infineon's chips made until 2017, whose factors can be found
 * (ROCA, CVE-2017-15361): modulo each of these primes it is a power of 65537. Of other moduli one in 200 million is.
 * @param modulus big-endian
 */
export function isRoca(modulus: Uint8Array): boolean {
  return marks.every(({ prime, powers }) => powers.has(modulus.reduce((rest, byte) => (rest * 256 + byte) % prime, 0)))
}

function powersOf65537(prime: number): Set<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = power * 65537 % prime) powers.add(power)
  return powers
}
