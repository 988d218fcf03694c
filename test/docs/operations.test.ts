import path from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { outageTable, type Effect } from '../e2e/outage-table.ts'
import { openAdmin } from '../admin/open-admin.ts'
import { codeBlocks, codeSpans, readPage, sectionOf, tableRows } from './read-page.ts'

const page = readPage('docs/operations.md')
const composeFile = readPage('docker-compose.yml')

const said: Record<Effect, string> = { works: 'works', unavailable: '503', 'works-for-10-s': 'works for 10 s, then 503' }
