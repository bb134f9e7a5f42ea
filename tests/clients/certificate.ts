import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key, and the certificate of this machine that it signs: whoever trusts the certificate may connect. */
export interface Certificate {
  readonly folder: string
  readonly keyFile: string
  readonly certFile: string
  readonly key: Buffer
  readonly cert: Buffer
  remove(): void
}

/** Makes one for two days. No private key is in the repository, and none can run out. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'baro-tls-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...made, ...names, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  })
  return {
    ...{ folder, keyFile, certFile, key: readFileSync(keyFile), cert: readFileSync(certFile) },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
