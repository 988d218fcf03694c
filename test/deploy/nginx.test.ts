import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeCertificate } from '../support/certificate.ts'

t.test("nginx accepts the set-up in the operator's page", async t => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const example = /```nginx\n([\s\S]*?)```/.exec(page)?.[1]
  t.match(example, /proxy_pass/)
  const folder = t.testdir()
  const certificate = makeCertificate(t, ['id.example.com'])
  writeFileSync(path.join(folder, 'id.key'), certificate.key)
  const here = example!
    .replace(/(ssl_certificate) \S+;/, `$1 ${certificate.file};`)
    .replace(/(ssl_certificate_key) \S+;/, `$1 ${path.join(folder, 'id.key')};`)
    .replace('listen 443', 'listen 127.0.0.1:8443')
  const file = path.join(folder, 'nginx.conf')
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join('\n')
  writeFileSync(file, `pid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${scratch}\n${here}}\n`)
  const { error, status, stderr } = spawnSync('nginx', ['-t', '-e', 'stderr', '-c', file], { encoding: 'utf8' })
  if (error) return t.comment('nginx is not installed: the example was not run through it')
  return t.equal(status, 0, stderr)
})
