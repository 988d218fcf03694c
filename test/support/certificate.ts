import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'tap'

/** A self-signed certificate of two days, and its key, in PEM. */
export interface Certificate {
  key: string
  cert: string
  /** Where `cert` is, for who is told of it by a file. */
  file: string
  /** Of the whole certificate, as `x5t#S256` has it (RFC 8705 §3.1). */
  thumbprint: string
  /** Of its public key, as browsers pin it. */
  pin: string
}

/**
 * Its files are gone when the test ends.
 * @param hosts the names it is good for; the first one is its subject
 */
export function makeCertificate(t: Test, hosts: readonly [string, ...string[]]): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [keyFile, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
  execFileSync(process.env['OPENSSL_PATH'] ?? 'openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', keyFile, '-out', file,
    '-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${hosts.map(host => `DNS:${host}`).join(',')}`
  ], { stdio: 'ignore' })
  const cert = readFileSync(file, 'utf8')
  const { fingerprint256, publicKey } = new X509Certificate(cert)
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert,
    file,
    thumbprint: Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    pin: createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64')
  }
}
