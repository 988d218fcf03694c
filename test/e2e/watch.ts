import type { Instance } from '../support/instance.ts'
import { introspect, lookup, me } from './caller.ts'
import type { TestClient } from './stage.ts'

/** Asks every instance without a pause about tokens that are known to be revoked, by each way there is to ask. */
export interface Watch {
  /** The call that revoked this token has returned: from now on nobody may say that it is alive. */
  add(token: string): void
  /** How often each instance has been asked. */
  rounds(): number
  stop(): Promise<Observations>
}

export interface Observations {
  /** Answers that said a revoked token is alive. */
  wrong: object[]
  /** Answers by status and by the question. */
  statuses: Record<string, number>
  /** Connections that broke, of an instance that was killed. */
  broken: number
}

export interface Watched {
  instances: readonly Instance[]
  client: TestClient
  /** An access token that may look revocations up. */
  bearer: string
}

type Question = (instance: Instance, token: string) => Promise<{ status: number; saysAlive: boolean }>

export function watchRevoked({ instances, client, bearer }: Watched): Watch {
  const dead: string[] = []
  const seen: Observations = { wrong: [], statuses: {}, broken: 0 }
  const counts = instances.map(() => 0)
  let stopped = false

  const questions: Record<string, Question> = {
    async lookup(instance) {
      const asked = dead.slice(-100)
      const { status, body } = await lookup(instance, bearer, asked)
      return { status, saysAlive: status === 200 && body.results.some(result => !result.revoked) }
    },
    async introspect(instance, token) {
      const { status, body } = await introspect(instance, client, token)
      return { status, saysAlive: status === 200 && body['active'] !== false }
    },
    async me(instance, token) {
      const { status } = await me(instance, token)
      return { status, saysAlive: status === 200 }
    }
  }

  async function ask(name: string, question: Question, instance: Instance): Promise<void> {
    const token = dead.at(-1)
    if (token === undefined) return
    try {
      const { status, saysAlive } = await question(instance, token)
      const key = `${name} ${status}`
      seen.statuses[key] = (seen.statuses[key] ?? 0) + 1
      if (saysAlive) seen.wrong.push({ name, instance: instance.url, tokens: dead.length, at: new Date().toISOString() })
    } catch {
      seen.broken++
    }
  }

  const loops = instances.map(async (instance, place) => {
    while (!stopped) {
      for (const [name, question] of Object.entries(questions)) await ask(name, question, instance)
      counts[place]!++
      await new Promise(resolve => setImmediate(resolve))
    }
  })

  return {
    add: token => void dead.push(token),
    rounds: () => Math.min(...counts),
    async stop() {
      stopped = true
      await Promise.all(loops)
      return seen
    }
  }
}

/** Any failure that is not "try again shortly". */
export function badStatuses({ statuses }: Observations): string[] {
  return Object.keys(statuses).filter(key => / 5\d\d$/.test(key) && !key.endsWith(' 503'))
}
