import type { Metrics } from '../ports/metrics.ts'
import type { Random } from '../ports/random.ts'
import { canonicalEmail } from '../protocol/email.ts'
import { CountersignError, isUnavailable, unavailable } from '../protocol/errors.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { DeviceStore } from '../stores/devices.ts'
import type { User, UserStore } from '../stores/users.ts'
import type { Attempts } from './attempts.ts'
import { createAuthenticateUser } from './authenticate-user.ts'
import type { Passwords } from './passwords.ts'

/**
 * Signing in with a password, whatever is opened by it. An attempt is reserved before anything is hashed and given back on
 * success; an unknown account, a disabled one and a wrong password cost the same and read the same.
 */
export type SignInWithPassword = <Opened>(request: SignInRequest, open: OpenSession<Opened>) => Promise<SignedIn<Opened>>

/**
 * Begins what the sign-in is for. Undefined when the user was disabled or the password changed since it was looked at.
 */
export type OpenSession<Opened> = (user: User, proof: SignInProof) => Promise<Opened | undefined>

export interface SignInProof {
  sessionId: string
  userId: string
  /** The sign-in counts only while this is still the stored one. */
  passwordHash: string
  amr: string[]
  userAgent: string | undefined
  /** The device to remember, by the SHA-256 of its secret. */
  deviceHash: Buffer
}

export interface SignInRequest {
  email: string
  password: string
  /** The secret of a device that signed in before. */
  deviceSecret: string | undefined
  userAgent: string | undefined
}

export interface SignedIn<Opened> {
  user: User
  opened: Opened
  /** For this device to keep: next time it has an allowance of its own. */
  deviceSecret: string
}

export interface SignInOptions {
  users: UserStore
  devices: DeviceStore
  passwords: Passwords
  attempts: Attempts
  random: Random
  metrics: Metrics
}

const devicePattern = /^[A-Za-z0-9_-]{22}$/
const maxUserAgent = 200

export function createSignIn(options: SignInOptions): SignInWithPassword {
  const authenticate = createAuthenticateUser(options)
  return async (request, open) => {
    const email = canonicalEmail(request.email)
    const device = await identifyDevice(email, request, options)
    const reserved = await options.attempts.reserveSignIn({
      email: email ?? request.email, deviceHash: device.isKnown ? hashDevice(device.secret) : undefined
    })
    try {
      const attempt = { request, device, open, authenticate: () => authenticate(email, request.password) }
      const signedIn = await openOnce(attempt, options)
      await reserved.giveBack()
      options.metrics.count('countersign_sign_ins_total', { outcome: 'signed-in' })
      return signedIn
    } catch (error) {
      // Only a wrong password is a failure; a busy or broken service is not the user's.
      if (!(error instanceof CountersignError) || error.code !== 'invalid_credentials') await reserved.giveBack()
      options.metrics.count('countersign_sign_ins_total', { outcome: 'refused' })
      throw error
    }
  }
}

interface Device {
  secret: string
  /** Whether it has signed in to this account before; if not, the secret is new. */
  isKnown: boolean
}

async function identifyDevice(
  email: string | undefined, { deviceSecret }: SignInRequest, { devices, random }: SignInOptions
): Promise<Device> {
  const presented = devicePattern.test(deviceSecret ?? '') ? deviceSecret : undefined
  const isKnown = presented !== undefined && await devices.isKnown(email ?? '', hashDevice(presented))
  return { secret: isKnown ? presented : random.bytes(16).toString('base64url'), isKnown }
}

interface Attempted<Opened> {
  request: SignInRequest
  device: Device
  open: OpenSession<Opened>
  authenticate(): Promise<User | undefined>
}

async function openOnce<Opened>(
  { request, device, open, authenticate }: Attempted<Opened>, options: SignInOptions
): Promise<SignedIn<Opened>> {
  // The stored hash may be upgraded by another sign-in of the same user between our look and our act.
  for (let tries = 0; tries < 3; tries++) {
    const user = await authenticate()
    if (user === undefined) throw new CountersignError('invalid_credentials', { reason: 'sign-in/wrong-password' })
    const opened = await open(user, {
      sessionId: options.random.bytes(16).toString('base64url'),
      userId: user.id,
      passwordHash: user.passwordHash,
      amr: ['pwd'],
      userAgent: request.userAgent?.slice(0, maxUserAgent),
      deviceHash: hashDevice(device.secret)
    })
    if (opened === undefined) continue
    await upgradeHash(user, request.password, options)
    return { user, opened, deviceSecret: device.secret }
  }
  throw unavailable('sign-in/contended')
}

/** The user is signed in already: an upgrade that cannot be made now is made the next time. */
async function upgradeHash(user: User, password: string, { passwords, users }: SignInOptions): Promise<void> {
  if (!passwords.needsUpgrade(user.passwordHash)) return
  try {
    await users.upgradeHash(user.id, user.passwordHash, await passwords.hash(password))
  } catch (error) {
    if (!isUnavailable(error)) throw error
  }
}

const hashDevice = (secret: string): Buffer => sha256(secret)
