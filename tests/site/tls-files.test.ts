import { basename } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readTlsFiles } from '../../examples/site/server/tls-files.ts'
import { makeCertificate } from '../clients/certificate.ts'

const made = makeCertificate()
const { folder, key, cert, keyFile, certFile } = made
afterAll(() => made.remove())

const started = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  readTlsFiles({ args, env, folder })

test('the site serves no TLS unless it is told so', async () => {
  expect(await started(['--build', '--disk'], { TLS_KEY: '', TLS_CERT: '' })).toBeUndefined()
})

test('its key and certificate are named by flags, from the folder where it was called', async () => {
  expect(await started(['--disk', '--key', basename(keyFile), '--cert', certFile])).toEqual({ key, cert })
  expect(await started([`--key=${keyFile}`, '--disk', `--cert=${certFile}`])).toEqual({ key, cert })
})

test('or in the environment, which counts less than a flag', async () => {
  const env = { TLS_KEY: keyFile, TLS_CERT: certFile }
  expect(await started(['--disk'], env)).toEqual({ key, cert })
  await expect(started(['--key', 'gone.pem'], env)).rejects.toThrow('gone.pem')
})

test.each([
  ['one without the other', ['--key', keyFile], 'TLS needs both'],
  ['a flag without its file', ['--cert', certFile, '--key'], 'TLS needs both'],
  ['a file that is not there', ['--key', keyFile, '--cert', 'gone.pem'], 'The certificate of TLS cannot be read'],
  ['a certificate for a key', ['--key', certFile, '--cert', certFile], 'No TLS with this key'],
])('it does not start with %s', async (_, args, message) => {
  await expect(started(args)).rejects.toThrow(message)
})
