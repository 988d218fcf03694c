import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { configNames, readConfig } from '../../src/config.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8')

interface Service {
  image?: string
  build?: string
  command?: string[]
  environment?: Record<string, string>
  secrets?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[], disable?: boolean }
  networks?: Record<string, { ipv4_address: string }>
  read_only?: boolean
}

interface Compose {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
  volumes: Record<string, unknown>
  networks: { default: { ipam: { config: Array<{ subnet: string }> } } }
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const services = Object.entries(compose.services)
const own = services.filter(([, { build }]) => build !== undefined)
const dockerfile = read('Dockerfile').replace(/\\\n/g, ' ').split('\n')

/** As compose would hand it to a container, the secrets being files of this test. */
const environmentOf = (t: Test, service: Service): Record<string, string> => {
  const folder = t.testdir({})
  const fill = (text: string): string => text
    .replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
    .replace(/\$\{[A-Z_]+:\?[^}]*\}/g, 'filled-in')
    .replace(/^\/run\/secrets\/(\w+)$/, (_, name: string) => {
      writeFileSync(path.join(folder, name), 'of-thirty-two-characters-or-more-')
      return path.join(folder, name)
    })
  const entries = Object.entries(service.environment ?? {})
  return Object.fromEntries(entries.map(([name, value]) => [name, fill(value)]))
}

t.test('every service, secret, volume and file that the compose file names exists', async t => {
  for (const [name, service] of services) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const target = compose.services[other]
      t.ok(target, `${name} waits for ${other}`)
      const isChecked = target?.healthcheck?.test !== undefined ||
        (target?.build !== undefined && dockerfile.some(line => line.startsWith('HEALTHCHECK')))
      if (condition !== 'service_healthy') continue
      t.ok(isChecked, `${other}, which ${name} waits for, says how it is`)
    }
    for (const secret of service.secrets ?? []) t.ok(compose.secrets[secret], `${name} is given ${secret}`)
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? ''
      const exists = source.startsWith('.') ? existsSync(path.join(root, source)) : source in compose.volumes
      t.ok(exists, `${name} mounts ${source}`)
    }
  }
  for (const { file } of Object.values(compose.secrets)) {
    const ignored = spawnSync('git', ['check-ignore', '--quiet', '--no-index', file], { cwd: root })
    t.not(ignored.status, 1, `${file} stays out of the repository`)
  }
})

t.test('the instances are set up with settings that the service knows and accepts', async t => {
  t.strictSame(own.map(([name]) => name), ['migrate', 'countersign-a', 'countersign-b'])
  for (const [name, service] of own) {
    const environment = environmentOf(t, service)
    const unknown = Object.keys(environment).filter(each => !configNames.includes(each))
    t.strictSame(unknown, [], `${name} sets nothing unknown`)
    const config = readConfig(environment)
    t.equal(config.production, true)
    t.equal(config.host, '0.0.0.0', 'the proxy reaches it')
    for (const [each, value] of Object.entries(service.environment ?? {})) {
      if (!value.startsWith('/run/secrets/')) continue
      t.ok(service.secrets?.includes(path.basename(value)), `${name} has the secret that ${each} names`)
    }
    t.equal(service.read_only, true, `${name} writes nothing to its own files`)
  }
})

t.test('the proxy, and the proxy alone, is trusted to say who is calling', async t => {
  const address = compose.services['proxy']?.networks?.['default']?.ipv4_address
  for (const [name, { environment }] of own) t.equal(environment?.['TRUST_PROXY'], address, name)
  const subnet = compose.networks.default.ipam.config[0]?.subnet ?? ''
  t.ok(address?.startsWith(subnet.replace(/\d+\/24$/, '')), 'its address belongs to the network')
})

t.test('the proxy sends requests to the instances and to nothing else', async t => {
  const file = path.join(root, 'deploy/haproxy.cfg')
  const servers = [...readFileSync(file, 'utf8').matchAll(/^ {2}server \S+ (\S+):(\d+)/gm)]
  t.strictSame(servers.map(([, host]) => host), own.map(([name]) => name).filter(name => name !== 'migrate'))
  for (const [, host = '', port] of servers) t.equal(compose.services[host]?.environment?.['PORT'], port)
  const { error, status, stdout, stderr } = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' })
  if (error) return t.comment('haproxy is not installed: its configuration was not run through it')
  return t.equal(status, 0, `haproxy accepts its configuration: ${stdout}${stderr}`)
})

t.test('the image is built of files that exist and that are let into the build', async t => {
  const allowed = read('.dockerignore').split('\n').flatMap(line => /^!(.+)/.exec(line)?.[1] ?? [])
  const copies = dockerfile.filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(/\s+/).slice(1, -1))
  t.ok(copies.length > 0)
  for (const source of copies.filter(name => !name.includes('*'))) {
    t.ok(existsSync(path.join(root, source)), `${source} exists`)
    t.ok(allowed.some(name => source === name || source.startsWith(`${name}/`)), `${source} is let in`)
  }
  const stages = dockerfile.flatMap(line => /^FROM \S+ AS (\S+)/.exec(line)?.[1] ?? [])
  const sources = dockerfile.flatMap(line => /--from=(\S+)/.exec(line)?.[1] ?? [])
  for (const source of sources) t.ok(stages.includes(source), source)
})

t.test('the image runs what the build makes, as a user of no privilege', async t => {
  const lastStage = dockerfile.slice(dockerfile.findLastIndex(line => line.startsWith('FROM ')))
  t.ok(lastStage.includes('USER node'))
  const commands = [
    ...lastStage.filter(line => line.startsWith('CMD ')).map(line => JSON.parse(line.slice(4)) as string[]),
    ...own.flatMap(([, { command }]) => command ? [command] : [])
  ]
  t.equal(commands.length, 2)
  for (const [program, ...words] of commands) {
    t.equal(program, 'node')
    const file = words.find(word => !word.startsWith('--')) ?? ''
    const source = file.replace(/^dist/, 'src').replace(/\.js$/, '.ts')
    t.ok(existsSync(path.join(root, source)), `${file} has a source`)
  }
})
