import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { type Resolved, runningHub } from '../channel/registry.ts'

/** The three things that a client sends to handlers, and how it sends each. */
const kinds = {
  events: { one: 'an event', how: 'Publish it.' },
  signals: {
    one: 'a signal',
    how: 'Send it with signal() of @baro/client; a POST and a plain WebSocket only publish.',
  },
  requests: {
    one: 'a request',
    how: 'Send it with request() of @baro/client; a POST and a plain WebSocket only publish.',
  },
}

/** The error for what was sent as one of the kinds, and no handler of the application accepts so from clients. */
export function notAccepted({ channel, definition }: Resolved, sentAs: keyof typeof kinds, type: string): BaroError {
  const others = Object.keys(kinds) as (keyof typeof kinds)[]
  const defined = [sentAs, ...others].find((kind) => Object.hasOwn(definition[kind], type))
  const of = (kind: keyof typeof kinds) => `${kinds[kind].one} of "${channel}"`
  const why = !defined
    ? `${quote(type)} is not ${of(sentAs)}. Define it, or correct the type. ${runningHub}`
    : defined === sentAs
      ? `No handler accepts ${quote(type)}, ${of(defined)}, from a client. Add one with hub.on.`
      : `${quote(type)} is ${of(defined)}, and was sent as ${kinds[sentAs].one}. ${kinds[defined].how}`
  return new BaroError('not-accepted', why)
}
