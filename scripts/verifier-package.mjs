// The library for resource servers as a package of its own: what src/verifier is built to, and jose. Its entries are those of
// the service's package, so that an application which installs it as `countersign` imports the same from either.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNpm } from './prepare.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/**
 * @param dist where the project is built
 * @param destination the folder for the tarball, which is made where it is missing
 * @returns the path of the tarball
 */
export function packVerifier({ dist, destination }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-verifier-'))
  try {
    const manifest = describePackage()
    cpSync(path.join(dist, 'verifier'), path.join(folder, 'dist', 'verifier'), { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
    mkdirSync(destination, { recursive: true })
    runNpm(['pack', '--offline', '--ignore-scripts', '--pack-destination', path.resolve(destination)], folder)
    return path.resolve(destination, `${manifest.name}-${manifest.version}.tgz`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function describePackage() {
  const { version, type, engines, exports, dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return {
    name: 'countersign-verifier', version,
    description: 'Verifies the access tokens of Countersign in a service\'s own process, and follows their revocation.',
    type, engines, exports,
    dependencies: { jose: dependencies.jose },
    // The adapter adds to the types of whichever Fastify stands beside it, and needs none.
    peerDependencies: { fastify: '*' },
    peerDependenciesMeta: { fastify: { optional: true } }
  }
}
