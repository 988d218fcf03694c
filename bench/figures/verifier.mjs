import { basicAuthorization } from '../seed.mjs'
import { runBesideIssuer } from '../verifier/run.mjs'

/** One run for all of these, so that they compare. */
let run
const measureRates = () => run ??= runBesideIssuer('rates.mjs')

let refusals
const measureRefusals = () => refusals ??= runBesideIssuer('hostile.mjs')

const limitIs = 'an RSA-2048 verification by node:crypto'

/** A figure in microseconds of one core beside the signature's own. */
function costFigure(name, contender, target) {
  return {
    name, limitIs, target,
    async measure() {
      const costs = await measureRates()
      return { value: costs[contender], unit: 'µs', limit: costs.bare }
    }
  }
}

/** A figure of what anybody can send to be refused, beside a good token that is new. */
function refusalFigure(name, member) {
  return {
    name, limitIs: 'a good token never seen before', target: { most: { ratio: 2 } },
    async measure() {
      const costs = await measureRefusals()
      return { value: costs[member], unit: 'µs', limit: costs.good }
    }
  }
}

export const verifierFigures = [
  /** What a token costs that was never seen before: countersign/verifier, with its view of a million revocations. */
  costFigure('verify_first', 'first', { most: { ratio: 1.25 } }),
  /** And one that it has verified before. */
  costFigure('verify_seen', 'seen', { most: { value: 5 } }),
  /** L146: too long, nested, crowded, repeated, of too many parts, with a foreign signature: on average, and the dearest kind. */
  refusalFigure('verify_hostile', 'hostile'),
  refusalFigure('verify_hostile_worst', 'dearest'),
  /** The same tokens through other libraries, none of which knows of revocations. */
  costFigure('verify_fast_jwt', 'fastJwt'),
  costFigure('verify_fast_jwt_seen', 'fastJwtSeen'),
  costFigure('verify_jsonwebtoken', 'jsonWebToken'),
  costFigure('verify_jose', 'jose'),
  /** Asking the service for each token instead, 32 at a time; both cores are busy with it. */
  {
    name: 'verify_introspection', limitIs, target: undefined,
    async measure({ url, load, seed, accessTokens }) {
      const { bare } = await measureRates()
      const { rate } = await load({
        url: `${url}/oauth/introspect`, connections: 32, seconds: 6, contentType: 'application/x-www-form-urlencoded',
        bodies: (await accessTokens(512)).map(token => `token=${token}`), authorization: basicAuthorization(seed.client)
      })
      return { value: 1e6 / rate, unit: 'µs', limit: bare }
    }
  }
]
