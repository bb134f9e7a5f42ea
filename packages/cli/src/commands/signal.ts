import { systemRandomness } from '@baro/core/broker'
import { channelNameOf, createId, orThrow, protocolVersion } from '@baro/core/protocol'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { problemOf } from '../hub/hub-door.ts'
import { good } from '../screen/screen.ts'
import { payloadOf } from './payload.ts'

interface Options {
  readonly to?: string
  readonly text?: true
}

/** A signal has no answer but an error. So long it is waited for. */
const errorWaitSeconds = 1

export function addSignal(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('signal')
    .description('sends a signal, which is not kept, as a user or guest: the handler of the channel decides')
    .argument('<channel>', 'for example room:42')
    .argument('<type>', 'a signal of the channel')
    .argument('[payload]', 'JSON; without it, or with "-", what is piped in')
    .option('--to <user>', 'the user whom it is for')
    .option('--text', 'the payload is a text, and no JSON')
    .action(async (channel: string, type: string, payload: string | undefined, options: Options, command: Command) =>
      signal(contextFor(command), channel, type, payload, options),
    )
}

async function signal(
  context: Context,
  text: string,
  type: string,
  given: string | undefined,
  { to, text: isText = false as never }: Options,
): Promise<void> {
  const { door, token, screen } = context
  const channel = orThrow(channelNameOf(text))
  const payload = await payloadOf(context, given, isText)
  const client = createId(systemRandomness)
  const { body } = await door.as(undefined).ask<{ messages: readonly Message[] }>({
    method: 'POST',
    path: '/connect',
    query: { wait: errorWaitSeconds },
    body: {
      messages: [
        { type: 'baro:connect', payload: { protocol: protocolVersion, client, ...(token && { token }) } },
        { type: 'baro:signal', payload: { channel, type, payload, ...(to !== undefined && { to }) } },
      ],
    },
  })
  const error = body.messages.find((message) => message.type === 'baro:error')
  if (error) throw problemOf(error.payload)
  screen.tell({ channel, type }, () =>
    screen.say(good('sent'), '. It goes to the streams that are open now; whom it reached, nobody is told.'),
  )
}

interface Message {
  readonly type: string
  readonly payload: { readonly code: string; readonly message: string }
}
