/** The name of the extension that compresses messages (RFC 7692). */
export const permessageDeflate = 'permessage-deflate'

interface Offer {
  readonly name: string
  /** Values by name; `true` for a parameter without a value. `undefined` if a parameter stands there twice. */
  readonly parameters: ReadonlyMap<string, string | true> | undefined
}

/**
 * The value of `Sec-WebSocket-Extensions` that accepts one of the client's offers: the first one that lets every
 * message stand alone, with the window that the hub's frames are made for. `undefined` declines all offers; the link is
 * then uncompressed.
 */
export function acceptDeflateOffer(header: string | undefined): string | undefined {
  const offers = header === undefined ? undefined : parseOffers(header)
  for (const { name, parameters } of offers ?? []) {
    if (name !== permessageDeflate || !parameters || !isAcceptable(parameters)) continue
    // A frame for every socket must not depend on what one socket got before. And a client that starts afresh with each
    // message costs the hub no window while it is silent.
    const agreed = [permessageDeflate, 'server_no_context_takeover', 'client_no_context_takeover']
    // A parameter that the client asked for must be in the answer (RFC 7692 §7.1.2.1).
    if (parameters.has('server_max_window_bits')) agreed.push('server_max_window_bits=15')
    return agreed.join('; ')
  }
  return undefined
}

function isAcceptable(parameters: ReadonlyMap<string, string | true>): boolean {
  for (const [name, value] of parameters) {
    if (name === 'server_no_context_takeover' || name === 'client_no_context_takeover') {
      if (value !== true) return false
    } else if (name === 'client_max_window_bits') {
      if (value !== true && !/^(?:[89]|1[0-5])$/.test(value)) return false
    } else if (name === 'server_max_window_bits') {
      // A smaller window would need frames of its own.
      if (value !== '15') return false
    } else return false
  }
  return true
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const parameter = new RegExp(`^(${token})(?:[ \\t]*=[ \\t]*(?:(${token})|"(${token})"))?$`)
const extensionName = new RegExp(`^${token}$`)

/** Parses a list of RFC 6455 §9.1. No value may hold a comma or a semicolon. `undefined` if the list is malformed. */
function parseOffers(header: string): readonly Offer[] | undefined {
  const offers: Offer[] = []
  for (const item of header.split(',')) {
    const [name = '', ...rest] = item.split(';').map((part) => part.trim())
    if (!extensionName.test(name)) return undefined
    const parameters = new Map<string, string | true>()
    for (const part of rest) {
      const [, key, plain, quoted] = parameter.exec(part) ?? []
      if (key === undefined) return undefined
      parameters.set(key, plain ?? quoted ?? true)
    }
    offers.push({ name, parameters: parameters.size === rest.length ? parameters : undefined })
  }
  return offers
}
