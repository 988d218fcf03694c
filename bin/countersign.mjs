#!/usr/bin/env node
// The command as npm finds it; what it does is in src/cli.
import { existsSync } from 'node:fs'

const entry = new URL('../dist/cli/main.js', import.meta.url)
if (existsSync(entry)) {
  await import(entry.href)
} else {
  console.error('Countersign is not built yet: run `npm start` or `npm run build` once in its folder, then try again.')
  process.exitCode = 1
}
