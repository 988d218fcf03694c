import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../docs/read-page.ts'
import { renderFeedVectors } from './feed-vectors.ts'

// Run with `node --import=tsx` when the contract itself changes; what then differs is what other people's verifiers will notice.
writeFileSync(path.join(root, 'docs/revocation-feed.vectors.json'), renderFeedVectors())
