// What is asked of the library in a runtime other than Node: `answers` are what the issuer's URLs answer, by URL; each of
// `verifiers` has options and the requests it judges. Runs in Deno and in workers, and in nothing of Node's.
import { createVerifier } from 'countersign/verifier'
import { createHeadersGuard } from 'countersign/verifier/headers'

export async function runCase({ answers, verifiers }) {
  const asked = []
  const fetch = async url => {
    asked.push(String(url))
    const { type, body } = answers[url]
    return new globalThis.Response(body, { headers: { 'content-type': type } })
  }
  const outcomes = []
  for (const { options, requests } of verifiers) {
    const verifier = createVerifier({ ...options, fetch })
    const guard = createHeadersGuard({ verifier, dpopAlgorithms: ['ES256'] })
    for (const { token, scheme = 'Bearer', dpop } of requests) {
      const headers = new globalThis.Headers({ authorization: `${scheme} ${token}`, ...(dpop !== undefined && { dpop }) })
      const { status, error } = await guard.check(headers, { scope: 'orders:read', method: 'GET', url: '/orders' })
      outcomes.push(error === undefined ? 'good' : `${status} ${error.code}`)
    }
    await verifier.close()
  }
  return { outcomes, asked }
}
