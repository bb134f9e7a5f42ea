import { BaroError } from '@baro/core'

/** Where a hub can be: a path, whatever page it is on, or an address; a query or a fragment would never be asked for. */
export const hubUrl: RegExp = /^(https?:\/)?\/[^?#]*$/i

/**
 * Where the SDK connects to, or another door of the hub, given the client's `url`. A frame of `srcdoc` has no address of
 * its own, but the base of the page around it.
 *
 * @throws {BaroError} `bad-definition` if it is not absolute and there is no page, or if no hub can be there.
 */
export function connectUrl(url: string, door = 'connect'): string {
  const hub = url.replace(/^ws/, 'http')
  try {
    if (hubUrl.test(hub))
      return `${new URL(hub, globalThis.document?.baseURI ?? globalThis.location?.href).href.replace(/\/$/, '')}/${door}`
  } catch {}
  throw new BaroError('bad-definition', `No hub can be at "${url}".`)
}
