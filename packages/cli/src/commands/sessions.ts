import type { SessionAnswer, SessionsAnswer } from '@baro/inspector'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { inspectorPath } from '../hub/inspector-path.ts'
import { bad, faint, good, strong } from '../screen/screen.ts'
import { countOf } from './count.ts'

interface Options {
  readonly user?: string
  readonly channel?: string
  readonly limit?: number
}

export function addSessions(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('sessions')
    .description('the sessions that are open; or of one its journal, and the proof of its hand-overs')
    .argument('[session]', 'the name of one, as the log and the list have it')
    .option('--user <user>', 'those of one user')
    .option('--channel <channel>', 'those that follow a channel')
    .option('--limit <count>', 'most sessions', countOf)
    .action(async (session: string | undefined, options: Options, command: Command) =>
      session === undefined ? list(contextFor(command), options) : one(contextFor(command), session),
    )
}

async function list({ inspector, screen }: Context, { user, channel, limit }: Options): Promise<void> {
  const { body } = await inspector.ask<SessionsAnswer>({
    path: inspectorPath('sessions'),
    query: { user, channel, limit },
  })
  screen.tell(body, () => {
    const rows = body.sessions.map(({ session, user, rung, node, waitingBytes, follows }) => [
      session,
      user ?? '(guest)',
      rung,
      node,
      String(waitingBytes),
      follows.map(({ channel, is, offset }) => `${channel}@${offset ?? '?'}${is === 'live' ? '' : ` ${is}`}`).join(' '),
    ])
    if (rows.length > 0) screen.table(['SESSION', 'USER', 'BY', 'NODE', 'WAITING', 'FOLLOWS'], rows)
    screen.note(faint(`${body.sessions.length} of ${body.total}`))
  })
}

async function one({ inspector, screen }: Context, session: string): Promise<void> {
  const { body } = await inspector.ask<SessionAnswer>({ path: inspectorPath('sessions', session) })
  screen.tell(body, () => {
    for (const { atMs, times, sentence } of body.events)
      screen.say(faint(new Date(atMs).toISOString()), ` ${sentence}`, faint(times > 1 ? ` (${times} times)` : ''))
    for (const proof of body.handOvers) {
      const { channel, ...steps } = proof
      screen.say(strong(channel), ` ${JSON.stringify(steps)}`)
    }
    screen.note(body.open ? good('open') : bad('ended'), faint(` on ${body.node ?? 'no node any more'}`))
  })
}
