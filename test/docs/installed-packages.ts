import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Test } from 'tap'
import { root } from './read-page.ts'

interface Manifest {
  name: string
  version: string
}

const folders = Object.keys((JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as { packages: object }).packages)
  .filter(name => name !== '' && existsSync(path.join(root, name, 'package.json')))

/** What is installed here as a registry, so that npm installs for real and needs no other. Answers its URL. */
export async function offerInstalledPackages(t: Test): Promise<string> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.slice(1))
    if (folders.includes(name)) {
      const tar = ['-czf', '-', '--exclude=node_modules', '-C', path.dirname(path.join(root, name)), path.basename(name)]
      return void spawn('tar', tar, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(response)
    }
    const found = folders.filter(folder => folder.endsWith(`node_modules/${name}`))
    if (found.length === 0) return void response.writeHead(404).end()
    const manifests = found.map(folder => [folder, JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as Manifest] as const)
    const versions = manifests.map(([folder, manifest]) =>
      [manifest.version, { ...manifest, dist: { tarball: `http://${request.headers.host}/${folder}` } }] as const)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name, 'dist-tags': { latest: versions[0]![0] }, versions: Object.fromEntries(versions) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
