import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'tap'
import { until } from '../support/until.ts'

/** Apache's httpd with mod_auth_openidc, in front of one page that tells whom it sees. */

const programs = {
  httpd: process.env['APACHE_PATH'] ?? '/usr/sbin/apache2',
  oidcModule: process.env['MOD_AUTH_OPENIDC_PATH'] ?? '/usr/lib/apache2/modules/mod_auth_openidc.so'
}

/** Why Apache cannot be had here; false when it can. */
export const whyNoApache: string | false = Object.values(programs).every(file => existsSync(file))
  ? false
  : 'Apache with mod_auth_openidc is not installed: see APACHE_PATH and MOD_AUTH_OPENIDC_PATH'

export interface ApacheSettings {
  port: number
  /** The module's own directives, one a line. */
  directives: string
}

/** Started, and stopped when the test ends. */
export async function startApache(t: Test, { port, directives }: ApacheSettings): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-apache-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFiles(folder, renderConfig({ folder, port, directives }))
  const child = spawn(programs.httpd, ['-f', path.join(folder, 'httpd.conf'), '-D', 'FOREGROUND'], { stdio: 'ignore', cwd: folder })
  const gone = once(child, 'exit')
  // Not SIGKILL: its workers would outlive it.
  const stop = () => void child.kill('SIGTERM')
  process.once('exit', stop)
  t.teardown(async () => {
    stop()
    await gone
    process.off('exit', stop)
  })
  await until(`Apache answers:\n${folder}/error.log`, () => {
    if (child.exitCode !== null) throw new Error(`Apache ended at once:\n${readFileSync(path.join(folder, 'error.log'), 'utf8')}`)
    return fetch(`http://127.0.0.1:${port}/goodbye.html`).then(({ ok }) => ok, () => false)
  })
}

function writeFiles(folder: string, config: string): void {
  // Its workers are nobody, where it is started as root.
  chmodSync(folder, 0o755)
  mkdirSync(path.join(folder, 'site/secure'), { recursive: true })
  writeFileSync(path.join(folder, 'httpd.conf'), config)
  writeFileSync(path.join(folder, 'site/goodbye.html'), '<!doctype html><title>Goodbye</title><p>You have left.</p>')
  writeFileSync(path.join(folder, 'site/secure/index.html'), '<!doctype html><title>Behind Apache</title><link rel="icon" href="data:,">' +
    '<p>User <b id="user"><!--#echo var="REMOTE_USER" --></b>, address <b id="email"><!--#echo var="OIDC_CLAIM_email" --></b></p>')
}

function renderConfig({ folder, port, directives }: ApacheSettings & { folder: string }): string {
  const modules = path.dirname(programs.oidcModule)
  const names = ['mpm_event', 'authz_core', 'authz_user', 'authn_core', 'include', 'dir', 'mime']
  return `
ServerRoot "${folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
DefaultRuntimeDir "${folder}"
TypesConfig /dev/null
AddType text/html .html
${names.map(name => `LoadModule ${name}_module "${modules}/mod_${name}.so"`).join('\n')}
LoadModule auth_openidc_module "${programs.oidcModule}"
User #65534
Group #65534
StartServers 1
DocumentRoot "${folder}/site"
<Directory "${folder}/site">
  Options +Includes
  SetOutputFilter INCLUDES
  Require all granted
</Directory>
<Location /secure>
  AuthType openid-connect
  Require valid-user
</Location>
${directives}
`
}
