// The pages. Preact renders them, so that nothing a user is called becomes HTML.
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'

const button = (action, text) => h('form', { method: 'post', action }, h('button', null, text))

export const renderWelcome = () => render('Web app',
  h('p', null, 'You are not signed in.'), h('p', null, h('a', { id: 'sign-in', href: '/sign-in' }, 'Sign in')))

export const renderUser = ({ user, expiresAt }) => render(`Hello, ${user.name ?? user.email}`,
  h('dl', null, Object.entries(user).map(([name, value]) => [h('dt', null, name), h('dd', { id: name }, String(value))])),
  h('p', null, 'The access token is good until ', h('time', { id: 'expires' }, new Date(expiresAt).toISOString()), '.'),
  button('/refresh', 'Refresh'), button('/sign-out', 'Sign out'))

export const renderFault = message => render('That did not work',
  h('p', { role: 'alert' }, message), h('p', null, h('a', { href: '/' }, 'Back to the start')))

function render(title, ...content) {
  return '<!doctype html>' + renderToString(h('html', { lang: 'en' },
    h('head', null,
      h('meta', { charset: 'utf-8' }), h('meta', { name: 'viewport', content: 'width=device-width' }),
      h('link', { rel: 'icon', href: 'data:,' }), h('title', null, title)),
    h('body', null, h('main', null, h('h1', null, title), content))))
}
