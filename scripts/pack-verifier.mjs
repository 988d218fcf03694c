// `npm run pack:verifier -- FOLDER`: the library for resource servers as a tarball, built when that is needed.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare, stopWith } from './prepare.mjs'
import { packVerifier } from './verifier-package.mjs'

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist')

await prepare().catch(stopWith)
console.log(packVerifier({ dist, destination: path.resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? '.') }))
