import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { startInstance } from '../instance.mjs'
import { basicAuthorization, seedDatabase, signInOften } from '../seed.mjs'

/** Resident memory of the instance that all the load above went to: measured last, the highest value counts. */
export const memory = {
  name: 'memory',
  limitIs: 'the target',
  target: { most: { ratio: 1 } },
  async measure({ instance, url, seed, load, signIns }) {
    await loadLightly({ url, seed, load, refreshTokens: await signIns(512) })
    return { value: instance.peakMemory(), unit: 'MB', limit: 180 }
  }
}

/** The same on the embedded database. */
export const memoryEmbedded = {
  name: 'memory_embedded',
  limitIs: 'the target',
  target: { most: { ratio: 1 } },
  async measure({ embeddedEnvironment, folder, load }) {
    mkdirSync(path.join(folder, 'embedded'), { recursive: true })
    const seed = await seedDatabase(embeddedEnvironment)
    const instance = await startInstance(embeddedEnvironment, { folder })
    try {
      const answers = await signInOften(instance.url, seed, 256)
      const refreshTokens = answers.map(answer => answer.refreshToken)
      await loadLightly({ url: instance.url, seed, load, refreshTokens })
      return { value: instance.peakMemory(), unit: 'MB', limit: 700 }
    } finally {
      await instance.stop()
    }
  }
}

async function loadLightly({ url, seed, load, refreshTokens }) {
  await load({
    url: `${url}/oauth/token`, connections: 32, seconds: 4, bodies: ['grant_type=client_credentials'],
    contentType: 'application/x-www-form-urlencoded', authorization: basicAuthorization(seed.client)
  })
  await load({ url: `${url}/api/auth/refresh`, connections: 16, seconds: 4, refreshTokens })
}
