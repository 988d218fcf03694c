// `npm start`: installs and builds when that is needed, then becomes the service, in this very process, so
// that signals reach it and nothing stands between it and its terminal.
import { prepare, stopWith } from './prepare.mjs'

await prepare().catch(stopWith)
await import('../dist/main.js')
