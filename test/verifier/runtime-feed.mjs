// A verifier that follows the feed of a real service in a runtime other than Node. It says what becomes of a token, which is revoked
// once it was let in, and of its own view, while the service goes away and comes back.
import { createVerifier } from 'countersign/verifier'

export async function followFeed({ options, token }, say) {
  const verifier = createVerifier(options)
  const judge = () => verifier.verify(token).then(({ revocation }) => revocation, error => error.code)
  const until = async isSo => {
    while (!await isSo()) await new Promise(resolve => { setTimeout(resolve, 20) })
  }
  await verifier.ready()
  say(await judge())
  await until(async () => await judge() !== 'good')
  say(await judge())
  await until(() => verifier.health().revocation.counters.acks > 0)
  say('acknowledged')
  await until(() => !verifier.health().revocation.fresh)
  say('stale')
  await until(() => verifier.health().revocation.fresh)
  say('fresh')
  say(`asked ${verifier.health().revocation.counters.lookups} times`)
  await verifier.close()
}
