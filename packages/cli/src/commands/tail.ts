import { BaroError } from '@baro/core'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { channelPath, headOf, keptBefore, type Told } from '../hub/channel-door.ts'
import { followChannel } from '../hub/follow-channel.ts'
import { faint, odd } from '../screen/screen.ts'
import { countOf } from './count.ts'
import { lineOf } from './written.ts'

interface Options {
  readonly lines: number
  readonly after?: string
  readonly count?: number
  readonly follow: boolean
}

export function addTail(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('tail')
    .description('the publications of a channel as they come, none twice and none left out, also after a cut')
    .argument('<channel>', 'for example room:42')
    .option('-n, --lines <count>', 'first so many of those that are kept', countOf, 10)
    .option('--after <position>', 'first all that follows this position')
    .option('--count <count>', 'end after so many publications', countOf)
    .option('--no-follow', 'end after those that are kept')
    .action(async (channel: string, options: Options, command: Command) => tail(contextFor(command), channel, options))
}

async function tail(context: Context, channel: string, { lines, after, count, follow }: Options): Promise<void> {
  const { door, screen, io } = context
  const path = channelPath(channel)
  const position = after ?? (await headOf(door, path))
  let left = count ?? Number.POSITIVE_INFINITY
  const tell = (told: Told): void => {
    if (left-- > 0) screen.tell(told, () => screen.say(...lineOf(told)))
  }
  if (after === undefined) for (const told of await keptIfAllowed(context, path, position, lines)) tell(told)
  if (!follow || left <= 0) return
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, io.interrupted])
  for await (const followed of followChannel({ door, clock: io.clock, signal }, path, position)) {
    if (followed.is === 'away') screen.note(odd('away'), ` ${followed.why}; again in ${followed.retryInMs / 1_000} s.`)
    else if (followed.message.type === 'baro:reset') tellReset(context, followed.message)
    else if (followed.message.type === 'baro:error') tellError(context, followed.message)
    else tell(followed.message)
    if (left <= 0) ended.abort()
  }
  if (io.interrupted.aborted) context.endWith(exitCodes.interrupted)
}

/** Whoever may read a channel, but not its history, sees what comes. */
async function keptIfAllowed(
  { door, screen }: Context,
  path: string,
  position: string,
  lines: number,
): Promise<readonly Told[]> {
  if (lines === 0) return []
  try {
    return await keptBefore(door, path, position, lines)
  } catch (error) {
    if (!(error instanceof BaroError) || error.code !== 'refused') throw error
    screen.note(faint(`${error.message} What comes from now on is shown.`))
    return []
  }
}

function tellReset({ screen }: Context, told: Told): void {
  const { reason } = told.payload as { readonly reason: string }
  if (screen.isJson) return screen.json(told)
  screen.say(odd(`reset ${reason}`), faint(': what came meanwhile is not kept. `baro get` shows the newest state.'))
}

/** The hub says why the stream ends. What follows is asked anew, and refused for good if it is. */
function tellError({ screen }: Context, told: Told): void {
  const { code, message } = told.payload as { readonly code: string; readonly message: string }
  screen.error(code, message)
}
