import { BaroError, type Json } from '@baro/core'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { channelPath } from '../hub/channel-door.ts'
import { problemOf } from '../hub/hub-door.ts'
import { faint, good } from '../screen/screen.ts'
import { payloadOf, payloadsOf } from './payload.ts'

interface Options {
  readonly id?: string
  readonly text?: true
  readonly lines?: true
}

interface Receipt {
  readonly id?: string
  readonly position?: string
  /** The answer, if the type named a request. */
  readonly payload?: Json
}

export function addPublish(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('publish')
    .description('publishes to a channel: with a server key as the server, else as the user, through the handler')
    .argument('<channel>', 'for example room:42')
    .argument('<type>', 'an event, or a request, of the channel')
    .argument('[payload]', 'JSON; without it, or with "-", what is piped in')
    .option('--id <id>', 'the same again, within two minutes, publishes nothing and gets the first answer')
    .option('--text', 'the payload is a text, and no JSON')
    .option('--lines', 'each line that is piped in is a payload; all are appended together (needs a server key)')
    .action(async (channel: string, type: string, payload: string | undefined, options: Options, command: Command) => {
      const context = contextFor(command)
      const publish = options.lines ? publishLines : publishOne
      const receipt = await publish(context, channel, type, payload, options)
      tellReceipt(context, receipt)
    })
}

async function publishOne(
  context: Context,
  channel: string,
  type: string,
  given: string | undefined,
  { id, text = false as never }: Options,
): Promise<Receipt> {
  const payload = await payloadOf(context, given, text)
  return (await context.door.ask<Receipt>({ method: 'POST', path: channelPath(channel), body: { type, payload, id } }))
    .body
}

async function publishLines(
  context: Context,
  channel: string,
  type: string,
  given: string | undefined,
  { id, text = false as never }: Options,
): Promise<Receipt> {
  if (given !== undefined) throw new BaroError('bad-message', '--lines takes the payloads from what is piped in.')
  const publications = (await payloadsOf(context, text)).map((payload) => ({ type, payload }))
  const name = channelPath(channel).slice('/channels/'.length)
  const { body } = await context.door.ask<{ published: [Receipt & { error?: { code: string; message: string } }] }>({
    method: 'POST',
    path: '/publish',
    body: { publishes: [{ channel: name, publications, id }] },
  })
  const [{ error, ...receipt }] = body.published
  if (error) throw problemOf(error)
  return receipt
}

function tellReceipt({ screen }: Context, receipt: Receipt): void {
  screen.tell(receipt, () => {
    if (receipt.payload !== undefined) screen.text(JSON.stringify(receipt.payload, undefined, 2))
    else screen.say(good('published'), ` ${receipt.id} `, faint(`at ${receipt.position}`))
  })
}
