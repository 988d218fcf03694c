import type { Test } from 'tap'
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { setStage, type Stage } from './stage.ts'

/** A stage whose PostgreSQL is its own, to be killed and frozen, and behind a network that fails as it is told. */
export interface StageBehindNetwork {
  stage: Stage
  server: PostgresServer
  network: Proxy
  /** For the instances that are to be cut off. The test itself reaches the database directly. */
  settings: { DATABASE_URL: string }
}

export async function setStageBehindNetwork(t: Test): Promise<StageBehindNetwork> {
  const server = await startPostgresServer()
  t.teardown(() => server.remove())
  const network = await startProxy(server.url)
  t.teardown(() => network.close())
  const stage = await setStage(t, server.url)
  const byNetwork = new URL(stage.databaseUrl)
  byNetwork.port = new URL(network.url).port
  return { stage, server, network, settings: { DATABASE_URL: byNetwork.href } }
}
