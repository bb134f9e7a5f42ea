/** What the application takes back in a schedule, and whether it is gone when it is told so. */
import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { room, roomIds, type Tail } from './channels.ts'
import type { Action, RedactWhat } from './schedule.ts'
import type { TallyName } from './tally.ts'
import type { Moment } from './truth.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

type RedactAction = Extract<Action, { do: 'redact' }>
type Redacted = Awaited<ReturnType<Hub['redact']>>

/** Notes that are likely to be in history, and surely are not. */
const [newest, trimmedBefore] = [8, 40] as const
/** More turns of promises than the steps of a redaction take, where nothing is late. */
const turnsOfARedaction = 80
/** How long a node is gone that died. */
const downMs = 400
/** When somebody asks again who was told that nobody knows what became of it. */
const askedAgainMs = 50
/** How soon pages are back whose links break. */
const backWithinMs = 120

const asked: Readonly<Record<RedactWhat, TallyName>> = {
  note: 'note taken back',
  trimmed: 'trimmed note taken back',
  unknown: 'unknown note taken back',
  'of another room': 'note of another room taken back',
  notice: 'notice taken back',
}

/** Takes something back, if there is anything of the kind. */
export async function redact(world: World, action: RedactAction): Promise<void> {
  const { nodes, tally, clock, randomness } = world
  const node = nodes.get(action.node)
  const target = targetOf(world, action)
  if (!node || !target) return
  tally.count(asked[action.what])
  const ask = ({ hub }: { readonly hub: Hub }) => takeBack(world, hub, action, target)
  switch (action.how) {
    case 'once':
      return ask(node)
    case 'twice':
      tally.count('taken back twice')
      ask(node)
      return ask(node)
    case 'on both nodes':
      if (nodes.size > 1) tally.count('taken back on both nodes at once')
      for (const one of nodes.values()) ask(one)
      return
    case 'dying':
      tally.count('node died while it took back')
      ask(node)
      for (let turns = randomness.integer(0, turnsOfARedaction); turns > 0; turns--) await Promise.resolve()
      if (nodes.get(action.node) === node) world.killNode(action.node, { quietly: false })
      clock.after(downMs, () => world.startNode(action.node))
      return
    case 'unconfirmed':
      node.broker.stumble(1, 'redactions')
      ask(node)
      clock.after(askedAgainMs, () => {
        node.broker.stumble(0, 'redactions')
        if (nodes.get(action.node) === node) ask(node)
      })
      return
    case 'while pages come back':
      for (const link of world.network.links) if (link.isOpen) link.breakFor(['client', 'hub'])
      for (const page of world.pages) page?.wake()
      clock.after(randomness.integer(0, backWithinMs), () => {
        if (nodes.get(action.node) === node) ask(node)
      })
  }
}

/** The id, or the offset, of what is to be taken back. */
function targetOf(world: World, { room: name, what, age, by }: RedactAction): string | number | undefined {
  if (what === 'unknown') return by === 'id' ? 'nobody-published-this' : 1_000_000
  const isElsewhere = what === 'of another room'
  const id = isElsewhere ? roomIds.find((other) => other !== name) : name
  const living = world.broker.livingOf(channelOf(id ?? name)).filter(({ isHidden }) => !isHidden)
  const notes = living.filter(({ takesBack }) => takesBack === undefined)
  const among =
    what === 'notice'
      ? living.filter(({ takesBack }) => takesBack !== undefined)
      : what === 'trimmed'
        ? notes.slice(0, -trimmedBefore)
        : notes.slice(-newest)
  const moment = among[Math.floor(age * among.length)]
  return by === 'offset' && !isElsewhere ? moment?.offset : moment?.id
}

function takeBack(world: World, hub: Hub, { room: id, what }: RedactAction, target: string | number): void {
  const { tally, pages } = world
  const channel = channelOf(id)
  if (pages.some((page) => page?.isCatchingUp(channel))) tally.count('taken back while a page catches up')
  const head = world.broker.livingOf(channel).at(-1)
  hub.redact(room({ id }), target, { reason: 'abuse' }).then(
    (redacted) => {
      tally.count(`redaction: ${redacted.outcome}`)
      if ('id' in redacted && pages.some((page) => page?.shows(channel, redacted.id)))
        tally.count('page showed what was taken back until it was told')
      world.check(() => assertTold(world, channel, what, redacted))
      return assertNowhere(world, channel, redacted, head)
    },
    (error) => {
      if (error instanceof BaroError && error.code === 'unavailable') tally.count('redaction: unavailable')
      else world.fail(error)
    },
  )
}

/** The answer says where the notice stands. What is nothing to take back is not. */
function assertTold({ truth }: World, channel: string, what: RedactWhat, redacted: Redacted): void {
  if (redacted.outcome === 'redacted' && what !== 'note' && what !== 'trimmed')
    throw new Violation('redaction', `${redacted.id} of ${channel} is gone, and was ${what}`)
  if (!('position' in redacted)) return
  const { id, position } = redacted
  const moment = truth.at(channel, position)
  if (moment?.takesBack !== id)
    throw new Violation('redaction', `${id} is gone at ${position}, where ${moment?.id ?? 'nothing'} stands`)
}

/**
 * Once it is said to be gone, it is in no history and in no state that is kept.
 *
 * @param head What was newest when it was asked for.
 */
async function assertNowhere(
  world: World,
  channel: string,
  redacted: Redacted,
  head: Moment | undefined,
): Promise<void> {
  if (!('id' in redacted)) return
  const { id } = redacted
  const { broker, tally } = world
  const { publications } = await broker.read(channel, { limit: 1_000, bytes: 1 << 20 })
  const checkpoint = await broker.readCheckpoint(channel, room.version)
  // A store that went back meanwhile is a backup from before the notice, even if a late copy of the call has put it there again.
  const living = broker.livingOf(channel)
  const wentBack = head !== undefined && !living.includes(head)
  if (world.broker !== broker || wentBack || living.every((moment) => moment.takesBack !== id)) return
  world.check(() => {
    if (publications.some((one) => one.id === id && one.type === 'note'))
      throw new Violation('redaction', `${id} is gone from ${channel}, and history has it`)
    const { entries = [] } = (checkpoint?.state ?? {}) as Partial<Tail>
    if (entries.some((entry) => entry.id === id && entry.text !== undefined))
      throw new Violation('redaction', `${id} is gone from ${channel}, and the state that is kept has it`)
    if (checkpoint) tally.count('state kept without what was taken back')
  })
}

function channelOf(id: string): string {
  return room({ id }).channel
}
