import type { Address } from './wire.ts'

/** The server of a URL. */
export function addressIn(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const database = Number(pathname.slice(1))
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    isEncrypted: protocol === 'rediss:',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    database: pathname.length > 1 && Number.isSafeInteger(database) ? database : undefined,
  }
}

/** The server, for a message; never its password. */
export function placeOfServer({ host, port }: Address): string {
  return `${host}:${port}`
}
