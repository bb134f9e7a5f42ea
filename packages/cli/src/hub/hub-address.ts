import { BaroError } from '@baro/core'

/** Where the hub of `npm start` is. */
export const usualHub = 'http://localhost:3000/baro'

/**
 * Where a hub is, without a slash at its end. A host alone means its usual path; a slash behind it means the hub that has
 * all of a server.
 *
 * @throws {BaroError} `bad-message` if no hub can be there.
 */
export function hubAddress(text: string): string {
  const whole = text.includes('://') ? text.replace(/^ws/i, 'http') : `http://${text}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw wrong(text, 'Give a URL such as https://shop.example/baro')
  if (url.search || url.hash) throw wrong(text, 'Leave out what follows "?" or "#"')
  if (url.username || url.password)
    throw wrong(url.host, 'Give a key or a token by BARO_KEY or BARO_TOKEN, not in the URL')
  const isBare = url.pathname === '/' && !whole.endsWith('/')
  return `${url.origin}${isBare ? '/baro' : url.pathname.replace(/\/$/, '')}`
}

function wrong(text: string, advice: string): BaroError {
  return new BaroError('bad-message', `No hub can be at ${JSON.stringify(text)}. ${advice}.`)
}
