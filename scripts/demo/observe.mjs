/**
 * What each service answers to a token, one after the other.
 * @returns { answers, age }: by policy; the age of the oldest view, in seconds
 */
export async function observe(services, { accessToken }) {
  const answers = {}
  const ages = []
  for (const { policy, call, readHealth } of services) {
    const { revocation: { counters } } = await readHealth()
    const answer = await call(accessToken)
    const body = await answer.json()
    const { revocation } = await readHealth()
    const counts = name => revocation.counters[name] > counters[name]
    answers[policy] = `${answer.status} ${explain(answer.status, body, counts)}`
    ages.push(revocation.age)
  }
  return { answers, age: Math.max(...ages) }
}

/** In a few words, what the answer rests on. */
function explain(status, body, counts) {
  if (status === 200) return body.revocation
  if (status === 401) return /revoked/.test(body.error_description) ? 'revoked' : body.error
  if (!counts('lookedUp')) return 'asked nobody'
  return counts('lookupFailures') ? 'asked in vain' : body.error
}

export async function areFresh(services) {
  return (await readViews(services)).every(({ fresh }) => fresh)
}

export async function areStale(services) {
  return (await readViews(services)).every(({ fresh }) => !fresh)
}

function readViews(services) {
  return Promise.all(services.map(async ({ readHealth }) => (await readHealth()).revocation))
}
