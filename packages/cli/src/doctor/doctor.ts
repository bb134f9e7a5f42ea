import { BaroError } from '@baro/core'
import type { Command } from 'commander'
import { secondsOf } from '../commands/count.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { problemOf } from '../hub/hub-door.ts'
import { type Rung, rungs } from '../hub/rung-transport.ts'
import { bad, faint, good, odd } from '../screen/screen.ts'
import type { Check } from './check.ts'
import { cannotOpen, judgeLink, tryLink } from './rung-check.ts'

interface Options {
  readonly origin?: string
  readonly idle?: number
  readonly patience: number
}

/** More than this, and tokens begin and end at other times than whoever signed them meant. */
const mostSkewMs = 30_000

export function addDoctor(program: Command, contextFor: (command: Command, url?: string) => Context): void {
  program
    .command('doctor')
    .description('looks at a running hub and what stands before it: health, origin, rungs, buffering, idle timeouts')
    .argument('[url]', 'where the hub is, as its users reach it')
    .option('--origin <origin>', 'the origin of the pages, if it is not that of the hub')
    .option('--idle <seconds>', 'leave WebSocket and event stream quiet for so long, to find who cuts them', secondsOf)
    .option('--patience <seconds>', 'how long an answer may take', secondsOf, 5)
    .action(async (url: string | undefined, options: Options, command: Command) =>
      doctor(contextFor(command, url), options),
    )
}

async function doctor(context: Context, options: Options): Promise<void> {
  const { screen, door, endWith } = context
  const checks: Check[] = []
  const found = (check: Check): void => {
    checks.push(check)
    if (screen.isJson) return
    const mark = { good: good('✓'), odd: odd('!'), bad: bad('✗') }[check.is]
    screen.say(
      mark,
      ` ${check.name.padEnd(9)} ${check.says}`,
      faint(check.ms === undefined ? '' : ` ${Math.round(check.ms)} ms`),
    )
  }
  screen.note(faint(`Looking at ${door.address}`))
  const health = await healthCheck(context)
  for (const check of health.checks) found(check)
  if (health.isOpen) {
    found(await originCheck(context, options.origin ?? new URL(door.address).origin))
    for (const rung of rungs) found(await rungCheck(context, rung, options))
  }
  if (screen.isJson) screen.json({ hub: door.address, checks })
  if (checks.some(({ is }) => is === 'bad')) endWith(exitCodes.found)
}

async function healthCheck({ door, io }: Context): Promise<{
  /** Whether it takes clients: one that stops refuses them all, so to try the rungs says nothing. */
  readonly isOpen: boolean
  readonly checks: readonly Check[]
}> {
  const name = 'hub'
  const startedMs = io.clock.elapsed()
  let response: Response
  try {
    response = await door.send({ path: '/health', bearer: null })
  } catch (error) {
    if (!(error instanceof BaroError)) throw error
    return { isOpen: false, checks: [{ name, is: 'bad', says: error.message }] }
  }
  const ms = io.clock.elapsed() - startedMs
  const body = (await response.json().catch(() => undefined)) as Health | undefined
  if (!body?.status || !states.has(body.status))
    return { isOpen: false, checks: [{ name, is: 'bad', says: door.noHub(response).message }] }
  const is = body.status === 'ok' ? 'good' : body.status === 'degraded' ? 'odd' : 'bad'
  const words = [`${body.status}, ${body.sessions} sessions.`, ...(body.reasons ?? [])].join(' ')
  return {
    isOpen: body.status !== 'draining',
    checks: [{ name, is, says: words, ms }, ...cacheCheck(response), ...skewCheck(response, io.clock.now())],
  }
}

interface Health {
  readonly status: string
  readonly sessions: number
  readonly reasons?: readonly string[]
}

const states: ReadonlySet<string> = new Set(['ok', 'degraded', 'draining'])

/** The hub says `no-store`: an answer with an age is of somebody who does not obey. */
function cacheCheck({ headers }: Response): readonly Check[] {
  const age = headers.get('age')
  if (age === null) return []
  const says = `A cache answers for the hub (Age: ${age}), though it says no-store. Let it pass everything below "/baro".`
  return [{ name: 'cache', is: 'bad', says }]
}

function skewCheck({ headers }: Response, nowMs: number): readonly Check[] {
  const skewMs = Date.parse(headers.get('date') ?? '') - nowMs
  if (!(Math.abs(skewMs) > mostSkewMs)) return []
  const says = `The clock of the hub is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's. Tokens expire by the hub's clock.`
  return [{ name: 'clock', is: 'odd', says }]
}

/** Asks as a page of that origin does. */
async function originCheck({ door }: Context, origin: string): Promise<Check> {
  const name = 'origin'
  const response = await door.send({ path: '/health', bearer: null, headers: { origin } })
  if (response.ok || response.status === 503) return { name, is: 'good', says: `Pages of ${origin} may connect.` }
  const { error } = ((await response.json().catch(() => ({}))) ?? {}) as { error?: { code: string; message: string } }
  if (error?.code !== 'origin-refused')
    return { name, is: 'bad', says: (error ? problemOf(error) : door.noHub(response)).message }
  const isOwn = origin === new URL(door.address).origin
  const advice = isOwn
    ? 'A proxy changes the host: let it hand on "Host", or say createHub({ trustProxy: 1 }).'
    : `To allow it: createHub({ origins: [${JSON.stringify(origin)}] }).`
  return { name, is: 'bad', says: `origin-refused: pages of ${origin} may not connect. ${advice}` }
}

async function rungCheck({ door, token, io }: Context, rung: Rung, { idle = 0, patience }: Options): Promise<Check> {
  const isHeldOpen = rung === 'websocket' || rung === 'sse'
  const parts = { address: door.address, token, clock: io.clock, signal: io.interrupted }
  try {
    return judgeLink(
      rung,
      await tryLink(rung, { ...parts, patienceMs: patience * 1_000, idleMs: isHeldOpen ? idle * 1_000 : 0 }),
    )
  } catch (error) {
    return cannotOpen(rung, error)
  }
}
