import { expect, test } from 'vitest'
import { isOwnOrigin } from '../../examples/site/server/own-origin.ts'

const posted = (headers: Readonly<Record<string, string>>) =>
  isOwnOrigin(new Headers({ host: 'shop.example', ...headers }))

test.each<[string, Readonly<Record<string, string>>, boolean]>([
  [
    'of its host by http: is, where the site speaks no TLS',
    { origin: 'http://shop.example', 'x-forwarded-proto': 'http' },
    true,
  ],
  ['of its host by https: is', { origin: 'https://shop.example', 'x-forwarded-proto': 'https' }, true],
  [
    'by https: is, behind a proxy that takes TLS off',
    { origin: 'https://shop.example', 'x-forwarded-proto': 'http' },
    true,
  ],
  [
    'by http:, which anybody on the way can change, is not where the site speaks TLS',
    { origin: 'http://shop.example', 'x-forwarded-proto': 'https' },
    false,
  ],
  ['of another host is not', { origin: 'https://evil.example' }, false],
  ['of another port is not', { origin: 'https://shop.example:8443' }, false],
  ['of no origin is not', { origin: 'null' }, false],
  ['that does not say where it comes from is not', {}, false],
])('a form %s one of the site', (_, headers, isOwn) => {
  expect(posted(headers)).toBe(isOwn)
})
