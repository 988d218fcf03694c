/** What the domain asks of randomness. */
export interface Random {
  /** `size` bytes from a cryptographic source. */
  bytes(size: number): Buffer
}
