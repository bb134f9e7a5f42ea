import { BaroError } from '@baro/core'

/**
 * Where the SDK connects to, or another door of the hub, given the client's `url`.
 *
 * @throws {BaroError} `bad-definition` if it is not absolute and there is no page.
 */
export function connectUrl(url: string, door = 'connect'): string {
  try {
    return `${new URL(url, globalThis.location?.href).href.replace(/\/$/, '')}/${door}`
  } catch {
    throw new BaroError('bad-definition', `The url "${url}" needs a host: there is no page.`)
  }
}
