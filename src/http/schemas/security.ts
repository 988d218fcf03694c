import { cookieName } from '../cookie-name.ts'

/** How a caller says who it is, for the document: the schemes, and what each kind of route asks for. */
export function securitySchemes(issuer: string) {
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description }) as const
  const cookie = (name: string, description: string) =>
    ({ type: 'apiKey', in: 'cookie', name: cookieName(issuer, name), description }) as const
  return {
    userToken: bearer('An access token of first-party sign-in.'),
    accessToken: bearer('An access token with the scope openid.'),
    serviceToken: bearer('An access token by client credentials, with the scope that the route names.'),
    clientSecretBasic: {
      type: 'http', scheme: 'basic',
      description: 'client_id and client_secret, each form-encoded. Or put the proof into the form: client_secret_post, ' +
        'private_key_jwt; a public client sends its client_id alone.'
    },
    initialAccessToken: bearer('Opens client registration, where it needs one.'),
    registrationToken: bearer('The registration_access_token of the client.'),
    refreshCookie: cookie('refresh', 'The refresh token of a browser that signed in at the first-party API.'),
    sessionCookie: cookie('session', 'The session of a browser that signed in on a page.'),
    browserCookie: cookie('browser', 'Binds forms to the browser that was shown them.')
  } as const
}

type Scheme = keyof ReturnType<typeof securitySchemes>
type Requirement = Partial<Record<Scheme, string[]>>

/** Any one of them will do. */
export const anyOf = (...schemes: Scheme[]): Array<Record<string, string[]>> => schemes.map(scheme => ({ [scheme]: [] }))

/** A proof in the header, or in the form. */
export const byClient = [{ clientSecretBasic: [] }, {}] satisfies Requirement[]

export const byService = (scope: string): Array<Record<string, string[]>> => [{ serviceToken: [scope] }]
