import { isDeepStrictEqual } from 'node:util'
import { areFresh, areStale, observe } from './observe.mjs'
import { step } from './print.mjs'
import { printHead, printRow } from './table.mjs'
import { until } from './until.mjs'

/** Milliseconds. */
const knownWithin = 2000
const staleWithin = 20_000
const freshWithin = 60_000

const good = { lookup: '200 good', reject: '200 good', accept: '200 good' }
const refused = { lookup: '401 revoked', reject: '401 revoked', accept: '401 revoked' }
/** When the view is too old and nobody can be asked. */
const blind = { lookup: '503 asked in vain', reject: '503 asked nobody', accept: '200 unchecked' }

/**
 * Takes one thing after another away, gives it back, and prints what each service answers meanwhile.
 * @param scene { account, services, former }: `former` are tokens that have been signed out
 * @throws Error when a service answers otherwise than its policy says
 */
export async function showOutages({ account, services, former }, outages) {
  const kept = await step('sign in', 200, account.signIn)
  const ended = await step('sign in, elsewhere', 200, account.signIn)
  const row = async (title, expected, token = kept) => {
    const { answers, age } = await expectAnswers(title, { services, token, expected })
    await expectAnswers(`${title}, signed out above`, { services, token: former, expected: refused })
    printRow(title, { answers, age, former: '401 from all' })
  }
  console.log()
  printHead()
  await row('everything runs', good)
  for (const { name, isNoticed, kill, start } of outages) {
    await kill()
    await row(`${name} killed`, good)
    if (isNoticed) await row(`  ${await waitUntilStale(services)} later`, blind)
    else await row(`  a token signed out ${await signOut(account, ended, services)} ago`, refused, ended)
    await start()
    await row(`${name} back, ${await waitUntilFresh(services)} later`, good)
  }
}

async function waitUntilStale(services) {
  return spell(await until('the views are too old', staleWithin, () => areStale(services)))
}

async function waitUntilFresh(services) {
  return spell(await until('the views are fresh again', freshWithin, () => areFresh(services)))
}

async function signOut(account, token, services) {
  const { status } = await account.signOut(token)
  if (status !== 200) throw new Error(`The sign-out was answered ${status}`)
  return spell(await until('the sign-out is known', knownWithin,
    async () => isDeepStrictEqual((await observe(services, token)).answers, refused)))
}

async function expectAnswers(title, { services, token, expected }) {
  const observation = await observe(services, token)
  if (isDeepStrictEqual(observation.answers, expected)) return observation
  throw new Error(`"${title.trim()}" was answered ${JSON.stringify(observation.answers)}, not ${JSON.stringify(expected)}`)
}

function spell(milliseconds) {
  return milliseconds < 1000 ? `${Math.ceil(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}
