/** What a resource server does with a token while its view of revocations is too old: the verifier's `whenStale`. */
export const policies = [
  { name: 'lookup', does: 'asks Countersign about each token, and answers 503 where that fails' },
  { name: 'reject', does: 'asks nobody and answers 503' },
  { name: 'accept', does: 'lets the token pass, and knows that it is unchecked' }
]
