// The page: what is shown, and what the buttons do. How signing in works is in sign-in.js.
import { createSignIn } from './sign-in.js'

const element = id => document.getElementById(id)

/** Shows the one of these that applies; a fault can stand beside it. */
function show(id) {
  for (const each of ['signed-out', 'signed-in']) element(each).hidden = each !== id
}

/** What goes wrong is said on the page. */
async function attempt(act) {
  element('fault').hidden = true
  try {
    await act()
  } catch (error) {
    // `error` is what Countersign said, such as access_denied.
    element('fault').textContent = error.error ?? error.message
    element('fault').hidden = false
  }
}

await attempt(async () => {
  const settings = await (await fetch('settings.json')).json()
  const signIn = await createSignIn(settings)
  element('sign-in').onclick = () => attempt(() => signIn.begin())
  element('sign-out').onclick = () => attempt(() => signIn.end())
  element('load-orders').onclick = () => attempt(async () => {
    const answer = await fetch(`${settings.api}/orders`, { headers: { authorization: `Bearer ${await signIn.tokenForApi()}` } })
      .catch(() => { throw new Error(`There is no API at ${settings.api}: start examples/resource-server`) })
    element('orders').textContent = JSON.stringify(await answer.json(), null, 2)
    element('orders').hidden = false
  })
  show('signed-out')
  const user = await signIn.complete(new URL(location.href))
  if (user === undefined) return
  element('name').textContent = user.name ?? user.email
  show('signed-in')
})
