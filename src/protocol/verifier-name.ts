/** The name that a verifier gives its process, such as a host or pod name: 1 to 100 characters of `A-Z a-z 0-9 . _ : -`. */
export function isVerifierName(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,100}$/.test(text)
}
