import { createHash } from 'node:crypto'
import type { Metrics } from '../ports/metrics.ts'
import type { Random } from '../ports/random.ts'
import { canonicalEmail } from '../protocol/email.ts'
import { CountersignError, unavailable } from '../protocol/errors.ts'
import type { DeviceStore } from '../stores/devices.ts'
import type { GrantState } from '../stores/grants.ts'
import type { NewGrant, SessionStore } from '../stores/sessions.ts'
import type { User, UserStore } from '../stores/users.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'

/**
 * Signing in with a password. An attempt is reserved before anything is hashed and given back on success; an unknown
 * account, a disabled one and a wrong password cost the same and read the same.
 */
export type SignInWithPassword = (request: SignInRequest) => Promise<SignedIn>

export interface SignInRequest {
  email: string
  password: string
  /** The secret of a device that signed in before. */
  deviceSecret: string | undefined
  userAgent: string | undefined
}

export interface SignedIn {
  user: User
  grant: GrantState
  /** For this device to keep: next time it has an allowance of its own. */
  deviceSecret: string
}

export interface SignInOptions {
  users: UserStore
  sessions: SessionStore
  devices: DeviceStore
  passwords: Passwords
  attempts: Attempts
  random: Random
  metrics: Metrics
  newGrant(): NewGrant
}

const devicePattern = /^[A-Za-z0-9_-]{22}$/
const maxUserAgent = 200

export function createSignIn(options: SignInOptions): SignInWithPassword {
  const { users, sessions, devices, passwords, attempts, random, metrics } = options

  /** The user, when the password is right and the account usable; the same work is done either way. */
  async function authenticate(email: string | undefined, password: string): Promise<User | undefined> {
    const user = email === undefined ? undefined : await users.find({ email })
    if (user === undefined) {
      await passwords.verifyAgainstNobody(password)
      return undefined
    }
    const isRight = await passwords.verify(user.passwordHash, password)
    return isRight && user.disabledAt === undefined ? user : undefined
  }

  async function open(user: User, request: SignInRequest, deviceSecret: string): Promise<GrantState | undefined> {
    return sessions.start({
      sessionId: random.bytes(16).toString('base64url'),
      userId: user.id,
      passwordHash: user.passwordHash,
      amr: ['pwd'],
      userAgent: request.userAgent?.slice(0, maxUserAgent),
      grant: options.newGrant(),
      deviceHash: hashDevice(deviceSecret)
    })
  }

  async function signIn(email: string | undefined, request: SignInRequest, deviceSecret: string): Promise<SignedIn> {
    // The stored hash may be upgraded by another sign-in of the same user between our look and our act.
    for (let tries = 0; tries < 3; tries++) {
      const user = await authenticate(email, request.password)
      if (user === undefined) throw new CountersignError('invalid_credentials', { reason: 'sign-in/wrong-password' })
      const grant = await open(user, request, deviceSecret)
      if (grant === undefined) continue
      if (passwords.needsUpgrade(user.passwordHash)) {
        await users.upgradeHash(user.id, user.passwordHash, await passwords.hash(request.password))
      }
      return { user, grant, deviceSecret }
    }
    throw unavailable('sign-in/contended')
  }

  return async request => {
    const email = canonicalEmail(request.email)
    const presented = devicePattern.test(request.deviceSecret ?? '') ? request.deviceSecret : undefined
    const isKnown = presented !== undefined && await devices.isKnown(email ?? '', hashDevice(presented))
    const reserved = await attempts.reserveSignIn({
      email: email ?? request.email, deviceHash: isKnown ? hashDevice(presented) : undefined
    })
    const signedIn = await signIn(email, request, isKnown ? presented : random.bytes(16).toString('base64url'))
      .catch(async (error: unknown) => {
        // Only a wrong password is a failure; a busy or broken service is not the user's.
        if (!(error instanceof CountersignError) || error.code !== 'invalid_credentials') await reserved.giveBack()
        metrics.count('countersign_sign_ins_total', { outcome: 'refused' })
        throw error
      })
    await reserved.giveBack()
    metrics.count('countersign_sign_ins_total', { outcome: 'signed-in' })
    return signedIn
  }
}

const hashDevice = (secret: string): Buffer => createHash('sha256').update(secret).digest()
