import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type ChannelAnswer, channelPath } from '../hub/channel-door.ts'
import { faint, odd } from '../screen/screen.ts'
import { countOf } from './count.ts'
import { lineOf } from './written.ts'

interface Options {
  readonly after?: string
  readonly before?: string
  readonly limit?: number
}

export function addGet(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('get')
    .description('the newest state of a channel, or its publications')
    .argument('<channel>', 'for example room:42')
    .option('--after <position>', 'what follows this position')
    .option('--before <position>', 'the publications kept up to this position, oldest first')
    .option('--limit <count>', 'most publications', countOf)
    .action(async (channel: string, options: Options, command: Command) => get(contextFor(command), channel, options))
}

async function get({ door, screen }: Context, channel: string, { after, before, limit }: Options): Promise<void> {
  const { body } = await door.ask<ChannelAnswer>({ path: channelPath(channel), query: { after, before, limit } })
  screen.tell(body, () => {
    if (body.reset !== undefined) screen.note(odd(`reset ${body.reset}`), ': what follows the position is not kept.')
    if (body.snapshot !== undefined) screen.text(JSON.stringify(body.snapshot, undefined, 2))
    for (const one of body.publications) screen.say(...lineOf(one))
    screen.note(faint(`${body.more ? 'There is more, from' : 'At'} ${body.position}`))
  })
}
