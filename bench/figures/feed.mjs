import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { clientJti, clientTagOf } from '../../dist/protocol/identifiers.js'
import { startInstance } from '../instance.mjs'
import { runNode } from '../run-node.mjs'
import { fetchClientToken } from '../seed.mjs'

const feeds = 5000
const revocations = 20

/** Measured once for all three figures: 5,000 feeds on an instance that does nothing else, and 20 revocations. */
let measured

function measureFeeds({ environment, folder, seed }) {
  measured ??= (async () => {
    const instance = await startInstance(environment, { folder })
    try {
      const tokens = []
      while (tokens.length < feeds) {
        tokens.push(...await Promise.all(Array.from({ length: 50 }, () => fetchClientToken(instance.url, seed.client))))
      }
      const jtis = Array.from({ length: revocations }, () =>
        clientJti({ clientTag: clientTagOf(seed.client.id), number: 0 }, randomBytes(9)))
      const before = instance.cpuTime()
      const { opened, deliveries } = JSON.parse(await runNode(path.join(import.meta.dirname, '../feed-load.mjs'),
        JSON.stringify({ url: instance.url, token: tokens[0], tokens, jtis, pauseBetween: 500 })))
      const sorted = deliveries.sort((a, b) => a - b)
      const at = share => sorted[Math.ceil(sorted.length * share) - 1]
      console.log(`  ${feeds} feeds open in ${Math.round(opened)} ms; ${revocations} revocations at each, in milliseconds: ` +
        [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1].map(share => `p${share * 100} ${at(share).toFixed(0)}`).join(', ') +
        `; ${(instance.cpuTime() - before).toFixed(1)} s of processor time`)
      return { p50: at(0.5), p99: at(0.99), memory: instance.peakMemory() }
    } finally {
      await instance.stop()
    }
  })()
  return measured
}

/** From the request to revoke until half of 5,000 feeds have it. */
export const feedDelivery = {
  name: 'feed_delivery_p50', limitIs: 'the target', target: { most: { ratio: 1 } },
  measure: async bench => ({ value: (await measureFeeds(bench)).p50, unit: 'ms', limit: 100 })
}

export const feedDeliveryTail = {
  name: 'feed_delivery_p99', limitIs: 'the target', target: { most: { ratio: 1 } },
  measure: async bench => ({ value: (await measureFeeds(bench)).p99, unit: 'ms', limit: 1000 })
}

/** Resident memory with 5,000 open feeds, the highest value that was seen. */
export const feedMemory = {
  name: 'feed_memory', limitIs: 'the target', target: { most: { ratio: 1 } },
  measure: async bench => ({ value: (await measureFeeds(bench)).memory, unit: 'MB', limit: 250 })
}

/** Bytes per entry of the compressed snapshot, with what the figures before have revoked. */
export const snapshotBytes = {
  name: 'snapshot_bytes', limitIs: 'the target', target: { most: { ratio: 1 } },
  async measure({ url, authorization }) {
    const answer = await fetch(`${url}/revocations/snapshot`, { headers: { authorization: await authorization() } })
    const size = Number(answer.headers.get('content-length'))
    const body = Buffer.from(await answer.arrayBuffer())
    const plain = body.subarray(0, 2).toString('hex') === '1f8b' ? gunzipSync(body) : body
    return { value: size / Math.max(1, plain.readUInt32BE(28)), unit: 'B', limit: 24 }
  }
}
