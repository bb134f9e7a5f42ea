import { BaroError } from '@baro/core'

/**
 * Where the SDK connects to, given the client's `url`.
 *
 * @throws {BaroError} `bad-definition` if it is not absolute and there is no page.
 */
export function connectUrl(url: string): string {
  try {
    return `${new URL(url, globalThis.location?.href).href.replace(/\/$/, '')}/connect`
  } catch {
    throw new BaroError('bad-definition', `The url "${url}" needs a host: there is no page.`)
  }
}
