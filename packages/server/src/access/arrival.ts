/**
 * Who a request comes from, and to which site it was sent, as far as it can be believed. Decided once, for every
 * transport.
 *
 * A proxy puts itself between a client and the hub. It tells the hub what it saw in `X-Forwarded-For`, `-Proto` and
 * `-Host`, and adds to what was there before. So the last entry is the word of the nearest proxy, and whatever stands
 * before the entries of known proxies was written by whoever likes to. `Forwarded` (RFC 7239) is not read: a proxy that
 * writes the one kind of header lets the other through as the client sent it.
 */
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { Handshake } from '../ports/socket.ts'

/** What is known before any header is believed. */
export interface Received {
  readonly headers: Handshake['headers']
  /** The address at the other end of the connection. */
  readonly remoteAddress: string | undefined
  /** Whether the connection itself is TLS. */
  readonly isEncrypted: boolean
}

/** Who sent a request, by which scheme, to which host. What is not known is left out. */
export type Arrival = Pick<Handshake, 'address' | 'scheme' | 'host'>

/** To which site a request was sent: what is known of its arrival, whoever sent it. */
export function siteOf({ headers, isEncrypted }: Omit<Received, 'remoteAddress'>, trustProxy: number): Site {
  const scheme = schemeIn(believed(headers['x-forwarded-proto'], trustProxy)) ?? (isEncrypted ? 'https' : undefined)
  const host =
    canonicalHost(believed(headers['x-forwarded-host'], trustProxy), scheme) ??
    canonicalHost(textOf(headers[':authority'] ?? headers.host), scheme)
  return { scheme, host }
}

/** What {@link siteOf} finds. */
export interface Site {
  readonly scheme: Arrival['scheme']
  readonly host: Arrival['host']
}

/**
 * Finds out how a request arrived.
 *
 * @param trustProxy How many proxies stand in front of the hub. 0 believes no header.
 */
export function arrivalOf({ headers, remoteAddress, isEncrypted }: Received, trustProxy: number): Arrival {
  const { scheme, host } = siteOf({ headers, isEncrypted }, trustProxy)
  const address = addressOf(headers['x-forwarded-for'], remoteAddress, trustProxy)
  // Filled in place: spreading three objects took longer than everything above.
  const arrival: { -readonly [Name in keyof Arrival]: Arrival[Name] } = {}
  if (address !== undefined) arrival.address = address
  if (scheme !== undefined) arrival.scheme = scheme
  if (host !== undefined) arrival.host = host
  return arrival
}

/**
 * A host as it is compared: lower case, names in their ASCII form, addresses in their shortest, without the dot at the
 * end, and without the port that its scheme has anyway. `undefined` for what is no host.
 */
export function canonicalHost(host: string | undefined, scheme: 'http' | 'https' | undefined): string | undefined {
  if (host === undefined || host.length > longestHost) return undefined
  const [, plain, plainPort = ''] = plainHost.exec(host) ?? []
  if (plain !== undefined && Number(plainPort) <= 65_535 && (isName(plain) || isIPv4(plain)))
    return scheme && Number(plainPort) === defaultPorts[scheme] ? plain : host
  // A URL takes more than a host: who could write "user@host/path" here would choose which part is compared.
  const [, name, port = ''] = /^(\[[\da-f:.]+\]|[^\s/?#@\\,:%[\]]+)(?::(\d{0,5}))?$/i.exec(host) ?? []
  const url = `http://${name}`
  if (name === undefined || Number(port) > 65_535 || !URL.canParse(url)) return undefined
  const bare = new URL(url).hostname.replace(/\.$/, '')
  return port === '' || (scheme && Number(port) === defaultPorts[scheme]) ? bare : `${bare}:${Number(port)}`
}

/**
 * Hosts that a URL would leave as they are: a name without a number, punycode or something to lower, or IPv4; and a port.
 * Nearly all hosts are, and to parse a URL takes longer than the rest of the arrival.
 */
const plainHost = /^([a-z]+(?:\.[a-z]+)*|[\d.]+)(?::([1-9]\d{0,4}))?$/

function isName(plain: string): boolean {
  return plain >= 'a'
}

const defaultPorts = { http: 80, https: 443 } as const

/** A name has 253 characters at most, and five for its port. Longer text is not looked at. */
const longestHost = 260

/** IPv4 inside IPv6. */
const mappedPrefix = '::ffff:'

/** The longest address with a zone, brackets and port is shorter. */
const longestAddress = 100

/**
 * An address as it is compared: IPv4 inside IPv6 as IPv4, IPv6 in its shortest form and without its zone. Some proxies
 * put the port behind it. `undefined` for what is no address.
 */
export function canonicalAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > longestAddress) return undefined
  // As Node writes it, which is how nearly all come: a `SocketAddress` takes longer than the rest of the arrival.
  const inIPv6 = text.startsWith(mappedPrefix) ? text.slice(mappedPrefix.length) : text
  if (isIPv4(inIPv6)) return inIPv6
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  if (isIPv4(bare)) return bare
  const [withoutZone = ''] = bare.split('%')
  if (!isIPv6(withoutZone)) return undefined
  const { address } = new SocketAddress({ address: withoutZone, family: 'ipv6' })
  return /^::ffff:([\d.]+)$/.exec(address)?.[1] ?? address
}

/**
 * Goes from the connection outwards, one proxy after the other, and stops at what is no address: a proxy that does not
 * say who asked it stands for all it serves.
 */
function addressOf(header: Header, remoteAddress: string | undefined, trustProxy: number): string | undefined {
  let address = canonicalAddress(remoteAddress)
  for (const entry of fromTheEnd(header, trustProxy)) {
    const further = canonicalAddress(entry)
    if (further === undefined) return address
    address = further
  }
  return address
}

/**
 * What the outermost believed proxy wrote. A header with fewer entries has been written anew by one of them, so its
 * first entry is the word of a proxy too.
 */
function believed(header: Header, trustProxy: number): string | undefined {
  return fromTheEnd(header, trustProxy).at(-1)
}

type Header = string | readonly string[] | undefined

/** The last entries of a list, last one first. It never looks at more than it was asked for: a stranger writes the rest. */
function fromTheEnd(header: Header, count: number): readonly string[] {
  const list = count > 0 ? textOf(header) : undefined
  if (list === undefined) return []
  const entries: string[] = []
  let end = list.length
  while (entries.length < count && end >= 0) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
    entries.push(list.slice(comma + 1, end).trim())
    end = comma
  }
  return entries
}

/** A header as one text; Node joins one that comes twice, other runtimes may not. */
function textOf(header: Header): string | undefined {
  return typeof header === 'string' || header === undefined ? header : header.join(',')
}

/** Some proxies name the protocol of an upgrade. */
function schemeIn(text: string | undefined): 'http' | 'https' | undefined {
  switch (text?.toLowerCase()) {
    case 'https':
    case 'wss':
      return 'https'
    case 'http':
    case 'ws':
      return 'http'
    default:
      return undefined
  }
}
