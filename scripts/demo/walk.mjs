import { step } from './print.mjs'
import { until } from './until.mjs'

/**
 * From sign-in to the refusal after sign-out.
 * @returns the tokens that are refused now
 */
export async function walk({ account, instances, orders }) {
  await step('register', 201, () => account.register())
  const first = await step('sign in', 200, () => account.signIn())
  await step('call the orders service', 200, () => orders.call(first.accessToken))
  const second = await step('refresh', 200, () => account.refresh(first))
  await step('call it with the new token', 200, () => orders.call(second.accessToken))
  await step(instances.length > 1 ? 'sign out, over there' : 'sign out', 200, () => account.signOut(second))
  await step('call it until it refuses', 401, () => callUntilRefused(orders, second))
  await step('refresh again: refused', 401, () => account.refresh(second))

  const { revocation: { counters, age } } = await orders.readHealth()
  console.log('\nThe token that was good a moment ago is refused. The orders service asked nobody about it ' +
    `(${counters.lookedUp} lookups):\nit follows the revocations, and its view of them is ${age.toFixed(1)} s old.`)
  return second
}

/** A second at the most. */
async function callUntilRefused(orders, { accessToken }) {
  let answer
  await until('the token is refused', 1000, async () => {
    await answer?.arrayBuffer()
    answer = await orders.call(accessToken)
    return answer.status !== 200
  })
  return answer
}
