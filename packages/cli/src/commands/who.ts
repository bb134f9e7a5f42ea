import { type Member, type Members, members } from '@baro/core'
import { channelNameOf, orThrow } from '@baro/core/protocol'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { faint } from '../screen/screen.ts'
import { countOf } from './count.ts'

interface Page {
  readonly payload: { readonly members: readonly Member<unknown>[]; readonly more?: true }
}

/** Most members of one answer. */
const pageSize = 500

export function addWho(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('who')
    .description('the members of a channel')
    .argument('<channel>', 'for example room:42')
    .option('--limit <count>', 'most members that are listed', countOf, pageSize)
    .action(async (channel: string, { limit }: { readonly limit: number }, command: Command) =>
      who(contextFor(command), channel, limit),
    )
}

/** The snapshot of a members channel. */
interface MembersAnswer {
  readonly snapshot: Members<unknown>
}

async function who(context: Context, channel: string, limit: number): Promise<void> {
  const { door, screen } = context
  const path = `/channels/${members({ channel: orThrow(channelNameOf(channel)) }).channel}`
  const { count, list } = (await door.ask<MembersAnswer>({ path })).body.snapshot
  const here = (list ?? (await pages(context, path, limit))).slice(0, limit)
  screen.tell({ count, members: here }, () => {
    const rows = here.map(({ id, user, since, state }) => [
      user ?? guest,
      id,
      new Date(since).toISOString(),
      state === undefined ? '' : JSON.stringify(state),
    ])
    if (rows.length > 0) screen.table(['USER', 'MEMBER', 'SINCE', 'STATE'], rows)
    screen.note(
      faint(here.length < count ? `${here.length} of ${count}` : `${count} ${count === 1 ? 'is' : 'are'} here`),
    )
  })
}

const guest = '(guest)'

/** The members of a large room, which are not in its state, in the order of their ids. */
async function pages({ door }: Context, path: string, limit: number): Promise<readonly Member<unknown>[]> {
  const found: Member<unknown>[] = []
  for (let hasMore = true; hasMore && found.length < limit; ) {
    const payload = {
      limit: Math.min(pageSize, limit - found.length),
      ...(found.length > 0 && { after: found.at(-1)?.id }),
    }
    const { body } = await door.ask<Page>({ method: 'POST', path, body: { type: 'page', payload } })
    found.push(...body.payload.members)
    hasMore = body.payload.more === true && body.payload.members.length > 0
  }
  return found
}
