import { createHash, randomBytes } from 'node:crypto'
import { grantIdFrom } from '../../src/protocol/identifiers.ts'
import type { PostgresStores } from '../../src/stores/postgres/stores.ts'
import type { GrantState, Redemption, RefreshProof, Rotation } from '../../src/stores/grants.ts'
import type { NewGrant, SignIn } from '../../src/stores/sessions.ts'
import type { NewUser } from '../../src/stores/users.ts'

/**
 * What the contract suites sign in with: users, sessions and grants of random names, so that suites share a
 * database.
 */

export type OpenStores = () => Promise<PostgresStores>

export const act = { reason: 'test', actor: 'admin' }

export function randomId(prefix: string): string {
  return prefix + randomBytes(9).toString('base64url')
}

export function sampleUser(): NewUser {
  const id = randomId('usr_')
  const email = `${id.toLowerCase()}@example.com`
  return { id, email, name: undefined, role: 'user', passwordHash: 'hash-1', actor: 'admin' }
}

export async function addUser({ users }: PostgresStores): Promise<NewUser> {
  const user = sampleUser()
  await users.register(user)
  return user
}

export function sampleGrant(changes: Partial<NewGrant> = {}): NewGrant {
  return {
    idRandom: randomBytes(10),
    secret: randomBytes(16),
    macKid: 'mac-1',
    clientId: 'countersign',
    scopes: ['read', 'write'],
    audience: ['https://api.example.com'],
    keyBinding: undefined,
    idleLifetime: 600,
    absoluteLifetime: 3600,
    ...changes
  }
}

export function sampleSignIn(userId: string, changes: Partial<SignIn> = {}): SignIn {
  return {
    sessionId: randomId('ses_'),
    userId,
    passwordHash: 'hash-1',
    amr: ['pwd'],
    userAgent: undefined,
    grant: sampleGrant(),
    deviceHash: undefined,
    ...changes
  }
}

/** A user who has signed in, and the grant that came of it. */
export async function signInAnew(stores: PostgresStores, grant?: NewGrant): Promise<GrantState> {
  const user = await addUser(stores)
  const signIn = sampleSignIn(user.id, grant === undefined ? {} : { grant })
  return (await stores.sessions.start(signIn))!
}

/** A browser that someone new has signed in with. */
export async function openBrowser(stores: PostgresStores, user?: NewUser) {
  const { id: userId } = user ?? await addUser(stores)
  const cookieHash = randomBytes(32)
  const session = await stores.browserSessions.begin({
    sessionId: randomId('ses_'), userId, passwordHash: 'hash-1', amr: ['pwd'], userAgent: undefined, lifetime: 3600, cookieHash,
    deviceHash: randomBytes(32)
  })
  return { cookieHash, session: session! }
}

/** A grant's number, as an authorization takes it. */
export async function takeNumber(stores: PostgresStores): Promise<number> {
  const { cookieHash } = await openBrowser(stores)
  return (await stores.authorizations.look(cookieHash, 'countersign'))!.grantNumber
}

type Granted = Pick<GrantState, 'userId' | 'sessionId'>

/** A code of someone who is signed in, on its way to become a grant. */
export async function sampleRedemption(
  stores: PostgresStores, { userId, sessionId }: Granted, changes: Partial<Redemption> = {}
): Promise<Redemption> {
  return {
    grant: sampleGrant(), number: await takeNumber(stores), userId, role: 'user', subject: userId, sessionId, authTime: new Date(), amr: ['pwd'],
    offline: false, claims: undefined, consentNumber: undefined, origin: randomBytes(32),
    redirectUri: 'https://app.example.com/callback', codeChallenge: undefined, ...changes
  }
}

/** The id of a grant as a code would make it. */
export async function redeemAnew(
  stores: PostgresStores, granted: Granted, changes: Partial<Redemption> = {}
): Promise<string> {
  const redemption = await sampleRedemption(stores, granted, changes)
  const outcome = await stores.grants.redeem(redemption)
  if (outcome !== 'redeemed') throw new Error(`the code was ${outcome}`)
  return grantIdFrom(redemption.number, redemption.grant.idRandom)
}

const digest = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

export function proofOf(secret: Buffer): RefreshProof {
  const innerBlock = randomBytes(64)
  const outerBlock = randomBytes(64)
  return { innerBlock, outerBlock, macDigest: digest(digest(outerBlock, digest(innerBlock, secret))) }
}

export function rotationOf(grant: GrantState, changes: Partial<Rotation> = {}): Rotation {
  return {
    grantId: grant.id,
    generation: grant.generation,
    clientId: grant.clientId,
    keyBinding: grant.keyBinding,
    scopes: [],
    resources: [],
    openAudience: undefined,
    proof: proofOf(grant.secret),
    macKid: 'mac-2',
    idleLifetime: 600,
    ...changes
  }
}

export async function isLive({ grants }: PostgresStores, grantId: string): Promise<boolean | undefined> {
  return (await grants.find(grantId))?.live
}

export async function times<T>(count: number, act: (place: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, place) => act(place)))
}
