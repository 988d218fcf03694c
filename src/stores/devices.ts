/** Devices that signed in before, known by the SHA-256 of a 128-bit secret that only they hold. */
export interface DeviceStore {
  /** Whether the device with this secret has signed in to that account. */
  isKnown(email: string, secretHash: Buffer): Promise<boolean>
}
