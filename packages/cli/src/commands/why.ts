import type { NodesWhyAnswer } from '@baro/inspector'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { inspectorPath } from '../hub/inspector-path.ts'
import { bad, faint, good, odd, type Part, strong } from '../screen/screen.ts'

interface Options {
  readonly session?: string
  readonly channel?: string
  readonly publication?: string
}

export function addWhy(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('why')
    .description('why a user missed a publication; without one, where the user stands; without a user, what went wrong')
    .argument('[user]', 'the id of a user')
    .option('--session <session>', 'one session alone')
    .option('--channel <channel>', 'for example room:42')
    .option('--publication <publication>', 'a publication of the channel: its offset, or its id')
    .action(async (user: string | undefined, options: Options, command: Command) =>
      why(contextFor(command), user, options),
    )
}

async function why(
  { inspector, screen, endWith }: Context,
  user: string | undefined,
  { session, channel, publication }: Options,
): Promise<void> {
  const isOffset = publication !== undefined && /^\d+$/.test(publication)
  const query = { user, session, channel, [isOffset ? 'offset' : 'id']: publication }
  const { body } = await inspector.ask<NodesWhyAnswer>({ path: inspectorPath('why'), query })
  const isSomebodyAsked = user !== undefined || session !== undefined
  if (isSomebodyAsked && body.sessions.length === 0) endWith(exitCodes.found)
  screen.tell(body, () => {
    if (publication !== undefined && !body.publication)
      screen.note(odd(`The publication ${publication} is not in the history of the channel any more.`))
    if (isSomebodyAsked && body.sessions.length === 0) screen.note('No journal knows anybody like that.')
    for (const { session: name, user: of, rung, outcome, code, sentence, troubles } of body.sessions) {
      screen.say(strong(name ?? 'single requests'), faint(` ${of ?? '(guest)'} ${rung ?? ''}`))
      screen.say('  ', ...verdict(outcome), sentence, ...codePart(code))
      for (const trouble of troubles) screen.say('  ', ...troubleParts(trouble))
    }
    for (const trouble of body.troubles) screen.say(...troubleParts(trouble))
    if (!isSomebodyAsked && body.troubles.length === 0) screen.say(good('Nothing went wrong that the journals know.'))
    for (const { node, sinceMs } of body.journals)
      screen.note(faint(`The journal of ${node} begins at ${new Date(sinceMs).toISOString()}.`))
  })
}

function verdict(outcome: string | undefined): readonly Part[] {
  if (outcome === undefined) return []
  return [outcome === 'missed' ? bad(outcome) : outcome === 'unknown' ? odd(outcome) : good(outcome), ': ']
}

function codePart(code: string | number | undefined): readonly Part[] {
  return code === undefined ? [] : [faint(` [${code}]`)]
}

function troubleParts({ code, atMs, times, sentence }: NodesWhyAnswer['troubles'][number] | Trouble): readonly Part[] {
  return [
    faint(`${new Date(atMs).toISOString()} `),
    bad(String(code)),
    ` ${sentence}`,
    faint(times > 1 ? ` (${times} times)` : ''),
  ]
}

type Trouble = NodesWhyAnswer['sessions'][number]['troubles'][number]
