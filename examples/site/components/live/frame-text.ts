import type { ClientMessage, ServerMessage } from '@baro/core/protocol'

/** What the first message of a client says of who it is: a picture of the drawer must not hold it. */
const secrets: ReadonlySet<string> = new Set(['token', 'client'])

/** No more of a message is shown, in characters. */
const most = 600

/** A message as it is on the wire, for people: as JSON, without what is secret, and not endless. */
export function frameText(message: ClientMessage | ServerMessage): string {
  const isGreeting = message.type === 'baro:connect' || message.type === 'baro:refresh'
  const text = JSON.stringify(message, (name, value: unknown) => {
    if (isGreeting && secrets.has(name)) return '…'
    // On the wire bytes lie beside the text.
    return value instanceof Uint8Array ? `(${value.length} bytes)` : value
  })
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length})`
}
