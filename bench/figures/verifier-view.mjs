import { liveRevocations, runBesideIssuer } from '../verifier/run.mjs'

/** Three runs for all of these. */
let runs
const measureView = () => runs ??= (async () => {
  const results = []
  for (let count = 0; count < 3; count++) results.push(await runBesideIssuer('view.mjs', ['--expose-gc']))
  return name => results.map(result => result[name]).toSorted((one, other) => one - other)[1]
})()

/** A figure of a verifier's view of a million live revocations: the middle one of three. */
function viewFigure({ name, member, unit, limit, scale = 1 }) {
  return {
    name, limitIs: `the target, with ${liveRevocations.toLocaleString('en')} live revocations`, target: { most: { ratio: 1 } },
    async measure() {
      return { value: (await measureView())(member) * scale, unit, limit }
    }
  }
}

export const viewFigures = [
  /** Whether one token is revoked. */
  viewFigure({ name: 'revocation_check', member: 'check', unit: 'µs', limit: 1 }),
  /** Of the process, for one revocation. */
  viewFigure({ name: 'revocation_memory', member: 'bytes', unit: 'bytes', limit: 32 }),
  /** From the start of following to a view that is fresh. */
  viewFigure({ name: 'snapshot_load', member: 'loadTime', unit: 's', limit: 2, scale: 0.001 }),
  /** The longest time meanwhile in which nothing else could run. */
  viewFigure({ name: 'snapshot_block', member: 'longestBlock', unit: 'ms', limit: 50 })
]
