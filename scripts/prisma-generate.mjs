// Writes src/generated/prisma from the schema. `prisma generate` needs no schema engine, yet its CLI insists on finding
// one before any command and would download it; any existing executable satisfies that check and is never run.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
const env = {
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  ...process.env
}
const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], { env, encoding: 'utf8' })
if (status !== 0) {
  process.stderr.write(`prisma generate failed:\n${stdout}${stderr}`)
  process.exit(status ?? 1)
}
