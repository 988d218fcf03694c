// Signing in from a page: the authorization code with PKCE, as a public client. Tokens live in the variables of this
// page alone: whoever reloads it has none, and gets new ones without a question as long as the session at Countersign
// lasts.
import * as oauth from './oauth4webapi.js'

const withoutSecret = oauth.None()

export async function createSignIn(settings) {
  const { issuer, clientId, home, api } = settings
  // Without TLS only on one's own machine.
  const http = { [oauth.allowInsecureRequests]: new URL(issuer).hostname === '127.0.0.1' }
  const url = new URL(issuer)
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, http))
  const party = { ...settings, http, server, client: { client_id: clientId } }
  let tokens

  return {
    /** Leaves for Countersign. */
    begin: () => begin(party),

    /** @returns the user, when the page's address is the answer to `begin`; otherwise undefined */
    async complete(address) {
      const checks = underway.take()
      if (checks === null || !address.searchParams.has('state')) return undefined
      // The code is spent here: it has no business in the history.
      history.replaceState(null, '', home)
      tokens = await redeem(party, address, checks)
      const { sub } = oauth.getValidatedIdTokenClaims(tokens)
      const answer = await oauth.userInfoRequest(server, party.client, tokens.access_token, http)
      return oauth.processUserInfoResponse(server, party.client, sub, answer)
    },

    /** @returns an access token that the API takes, by a refresh token: each is good once */
    async tokenForApi() {
      const options = { ...http, additionalParameters: { resource: api } }
      const answer = await oauth.refreshTokenGrantRequest(server, party.client, withoutSecret, tokens.refresh_token, options)
      const fresh = await oauth.processRefreshTokenResponse(server, party.client, answer)
      tokens.refresh_token = fresh.refresh_token
      return fresh.access_token
    },

    /** Signs out here and at Countersign. */
    end() {
      const hint = tokens.id_token
      tokens = undefined
      leave(server.end_session_endpoint, { id_token_hint: hint, post_logout_redirect_uri: home })
    }
  }
}

async function begin({ issuer, clientId, home, api, server }) {
  const checks = {
    verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce()
  }
  underway.keep(checks)
  leave(server.authorization_endpoint, [
    ['client_id', clientId], ['redirect_uri', home], ['response_type', 'code'], ['scope', 'openid profile email orders:read'],
    ['state', checks.state], ['nonce', checks.nonce], ['code_challenge_method', 'S256'],
    ['code_challenge', await oauth.calculatePKCECodeChallenge(checks.verifier)],
    // Countersign itself, for userinfo, and the API: each takes only tokens that are for it.
    ['resource', issuer], ['resource', api]
  ])
}

async function redeem({ issuer, home, server, client, http }, address, { verifier, state, nonce }) {
  const code = oauth.validateAuthResponse(server, client, address, state)
  const options = { ...http, additionalParameters: { resource: issuer } }
  const answer = await oauth.authorizationCodeGrantRequest(server, client, withoutSecret, code, home, verifier, options)
  return oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: nonce, requireIdToken: true })
}

/** What outlives the way to Countersign and back. */
const underway = {
  keep: checks => sessionStorage.setItem('sign-in', JSON.stringify(checks)),
  take() {
    const checks = JSON.parse(sessionStorage.getItem('sign-in'))
    sessionStorage.removeItem('sign-in')
    return checks
  }
}

function leave(address, params) {
  const destination = new URL(address)
  destination.search = new URLSearchParams(params)
  location.assign(destination)
}
