import type { FastifyInstance } from 'fastify'
import type { TargetKind } from '../../stores/journal.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { pairwisePrefix } from '../../protocol/pairwise.ts'
import type { LookupAnswer } from '../../revocation/lookup.ts'
import type { VerifiedToken } from '../../tokens/verify-access-token.ts'
import { readSequence } from '../../http/read-sequence.ts'
import { renderReach } from '../../http/render-reach.ts'
import { byAdmin } from '../by-admin.ts'
import { findUser } from '../find-user.ts'
import { removeKey } from '../remove-key.ts'
import type { AdminInstance } from '../instance.ts'
import { adminRevocationSchemas } from '../schemas/revocations.ts'

interface RevocationBody {
  target: TargetKind
  /** For a token its `jti` or the token itself, for a user an id, subject or email address, for the issuer nothing. */
  value?: string
  reason: string
}

/** Revoking anything, the keys and the issuer included: only here are those two within reach. */
export function revocationRoutes(app: FastifyInstance, instance: AdminInstance): void {
  app.post<{ Body: RevocationBody }>('/revocations', { schema: adminRevocationSchemas.revoke }, async ({ body }, reply) => {
    const act = byAdmin(body.reason)
    const { target, value } = await resolve(body, instance)
    const seq = target === 'key'
      ? await removeKey(instance, value, act)
      : await instance.rooms.revoker.revoke(target, value, act)
    return reply.code(201).send({ target, value, seq })
  })

  app.get<{ Params: { seq: string } }>('/revocations/:seq/reach', { schema: adminRevocationSchemas.reach }, async ({ params }) =>
    renderReach(await instance.rooms.readReach(readSequence(params.seq))))
}

interface ResolvedTarget {
  target: TargetKind
  value: string
}

async function resolve({ target, value = '' }: RevocationBody, instance: AdminInstance): Promise<ResolvedTarget> {
  if ((target === 'issuer') !== (value === '')) {
    throw refused('value', `The target ${target} ${target === 'issuer' ? 'takes no' : 'needs a'} value.`)
  }
  // A pairwise subject is not looked up here: the act itself finds whose it is.
  if (target === 'user' && !value.startsWith(pairwisePrefix)) {
    return { target, value: (await findUser(instance.stores.users, value)).id }
  }
  return target === 'token' ? resolveToken(value, instance) : { target, value }
}

/** A whole token is taken as well: that is what an operator who found one in the wrong place has. */
async function resolveToken(value: string, { rooms }: AdminInstance): Promise<ResolvedTarget> {
  const held = await rooms.readRefreshToken(value)
  if (held !== undefined) return { target: 'grant', value: held.grant.id }
  const [checked] = (await rooms.check([value])).tokens
  if (checked?.verified !== undefined) return nameTarget(checked.verified, checked.revocation)
  if (checked?.fault === 'expired') throw refused('expired', 'That access token has expired: it is dead already.')
  const [answer] = (await rooms.lookup.check([{ jti: value, kid: undefined }])).answers
  if (answer?.target === 'invalid') {
    throw new CountersignError('not_found', {
      reason: 'revocation/no-such-token', sentence: 'That is neither a token of this issuer nor the jti of one.'
    })
  }
  return { target: 'token', value }
}

/**
 * Its place in a status list is its grant's, also where its API has been taken off the lists since: the grant ends. One that a
 * wider end covers is read as ended there already, and may be of a grant that is gone.
 */
function nameTarget({ claims: { jti, grant_id: grantId, status } }: VerifiedToken, { target = 'none' }: LookupAnswer): ResolvedTarget {
  const endsGrant = status !== undefined && grantId !== undefined && ['none', 'token', 'grant'].includes(target)
  return endsGrant ? { target: 'grant', value: grantId } : { target: 'token', value: jti }
}

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `revocation/${rule}`, sentence })
}
