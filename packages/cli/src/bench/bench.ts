import { BaroError, type Json } from '@baro/core'
import { systemRandomness } from '@baro/core/broker'
import { channelNameOf, createId, orThrow } from '@baro/core/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import { countOf, rateOf, secondsOf } from '../commands/count.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { payloadFrom } from '../hub/channel-door.ts'
import { pause } from '../hub/follow-channel.ts'
import { type Rung, rungs } from '../hub/rung-transport.ts'
import { faint } from '../screen/screen.ts'
import { type BenchLink, type BenchLinkParts, openBenchLink } from './bench-link.ts'
import { assertSomebodyIsIn, assertSomethingIsPublished, tellResult } from './bench-report.ts'
import { Tally } from './tally.ts'

interface Options {
  readonly channel?: string
  readonly clients: number
  readonly rungs: readonly Rung[]
  readonly publish?: string
  readonly payload: string
  readonly text?: true
  readonly rate: number
  readonly seconds: number
  readonly patience: number
  readonly definition: string
  readonly yes?: true
}

/** Links are opened at this pace, so that a bench is no storm. */
const opensPerSecond = 50

export function addBench(program: Command, contextFor: (command: Command, url?: string) => Context): void {
  program
    .command('bench')
    .description('opens clients at a running hub: how long they take to connect, and publications to arrive')
    .argument('[url]', 'where the hub is, as its users reach it')
    .option('--channel <channel>', 'the channel to follow; without it clients connect, and do nothing else')
    .option('--clients <count>', 'how many', countOf, 10)
    .option('--rungs <rungs>', `shared out among the clients: ${rungs.join(',')}`, rungsOf, ['websocket'] as const)
    .option('--publish <type>', 'publishes events of this type; without it the bench only listens')
    .option('--payload <json>', 'the payload of each', '{}')
    .option('--text', 'the payload is a text, and no JSON')
    .option('--rate <count>', 'publishes a second', rateOf, 2)
    .option('--seconds <seconds>', 'how long to publish or to listen', secondsOf, 5)
    .option('--patience <seconds>', 'how long the hub may take to let in, and to deliver', secondsOf, 10)
    .option('--definition <version>', 'the version of the channel, if its definition has one', '1')
    .option('--yes', 'do not ask before publishing to another machine')
    .action(async (url: string | undefined, options: Options, command: Command) =>
      bench(contextFor(command, url), options),
    )
}

async function bench(context: Context, options: Options): Promise<void> {
  const { io, screen, door, endWith } = context
  const { seconds, patience, rate, publish: type, rungs } = options
  const channel = options.channel === undefined ? undefined : orThrow(channelNameOf(options.channel))
  const payload = payloadFrom(options.payload, options.text ?? false)
  if (type !== undefined && channel === undefined)
    throw new BaroError('bad-message', 'Say where to publish: --channel room:42.')
  if (type !== undefined) await assertMayPublish(context, options)

  const asked = { isFollowing: channel !== undefined, isPublishing: type !== undefined }
  const tally = new Tally()
  let changed = (): void => {}
  const links: BenchLink[] = []
  const open = (rung: Rung, parts: Pick<BenchLinkParts, 'follows' | 'heard'>): BenchLink => {
    const shared = { address: door.address, token: context.token, clock: io.clock, patienceMs: patience * 1_000 }
    const link = openBenchLink(rung, {
      ...shared,
      ...parts,
      heard(what) {
        parts.heard(what)
        changed()
      },
    })
    links.push(link)
    return link
  }
  try {
    screen.note(faint(`${options.clients} clients connect to ${door.address}, ${opensPerSecond} a second.`))
    for (let index = 0; index < options.clients && !io.interrupted.aborted; index++) {
      if (index > 0) await pause(io.clock, 1_000 / opensPerSecond, io.interrupted)
      openFollower(rungs[index % rungs.length] as Rung)
    }
    await Promise.all(links.map(({ ready }) => ready))
    assertSomebodyIsIn(tally.result(0))

    const startedMs = io.clock.elapsed()
    if (type !== undefined && channel !== undefined) await publishAll(type, channel)
    else if (channel !== undefined) {
      screen.note(faint(`Listening to ${channel} for ${seconds} s.`))
      await pause(io.clock, seconds * 1_000, io.interrupted)
    }
    const result = tally.result(io.clock.elapsed() - startedMs)
    if (type !== undefined) assertSomethingIsPublished(result)
    screen.tell({ hub: door.address, channel, ...result }, () => tellResult(screen, result, asked))
    if (result.rungs.some(({ missing, open, clients, cut }) => missing > 0 || cut > 0 || open < clients))
      endWith(exitCodes.found)
    if (result.refusals.length > 0) endWith(exitCodes.found)
    if (io.interrupted.aborted) endWith(exitCodes.interrupted)
  } finally {
    for (const link of links) link.close()
  }

  function openFollower(rung: Rung): void {
    const client = tally.add(rung)
    let isOpen = false
    open(rung, {
      follows: channel === undefined ? undefined : { channel, version: options.definition },
      heard(what) {
        if (what.is === 'connected') tally.connected(client, what.ms)
        else if (what.is === 'publication') tally.arrived(client, what.id, what.atMs)
        else if (what.is === 'reset') tally.reset(client)
        else if (what.is === 'refused') tally.refused(what.code, what.message)
        else if (what.is === 'open') {
          isOpen = true
          tally.opened(client)
        }
        if (!isOpen && what.is === 'closed')
          tally.refused(`closed ${what.code}`, what.reason || 'The link was closed before the hub had greeted.')
        if (!isOpen && what.is === 'silent') tally.refused('silent', `The hub has not let it in within ${patience} s.`)
        if (isOpen && (what.is === 'closed' || what.is === 'refused')) tally.cut(client)
      },
    })
  }

  async function publishAll(type: string, channel: string): Promise<void> {
    const producer = open(rungs[0] as Rung, {
      follows: undefined,
      heard(what) {
        if (what.is === 'published') tally.answered(what.id, what.hasPosition)
        if (what.is === 'publish-refused') tally.refused(what.code, what.message, what.id)
        if (what.is === 'refused') tally.refused(what.code, what.message)
        if (what.is === 'closed')
          tally.refused(`closed ${what.code}`, what.reason || 'The link of the publisher was cut.')
      },
    })
    await producer.ready
    const count = Math.max(1, Math.round(rate * seconds))
    screen.note(faint(`${count} publishes of "${type}" in ${channel}, ${rate} a second.`))
    for (let index = 0; index < count && !io.interrupted.aborted; index++) {
      if (index > 0) await pause(io.clock, 1_000 / rate, io.interrupted)
      publishOne(producer, channel, type, payload)
    }
    const ended = new AbortController()
    changed = () => tally.isSettled && ended.abort()
    changed()
    if (!ended.signal.aborted) await pause(io.clock, patience * 1_000, AbortSignal.any([ended.signal, io.interrupted]))
  }

  function publishOne(link: BenchLink, channel: string, type: string, payload: Json): void {
    const id = createId(systemRandomness)
    tally.sent(id, io.clock.elapsed())
    link.send({ type: 'baro:publish', payload: { id, channel, type, payload } })
  }
}

/** Strangers may look at what is published at a hub elsewhere. */
async function assertMayPublish({ io, door }: Context, { rate, seconds, channel, yes }: Options): Promise<void> {
  const { hostname } = new URL(door.address)
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  if (isHere || yes) return
  const count = Math.max(1, Math.round(rate * seconds))
  const question = `This publishes ${count} times in ${channel} of ${hostname}, where others may see it. Go on?`
  if (!(await io.confirm(question)))
    throw new BaroError('bad-message', `Nothing was published. ${hostname} is another machine: add --yes if it may be.`)
}

function rungsOf(text: string): readonly Rung[] {
  return text.split(',').map((name) => {
    const rung = rungs.find((one) => one === name.trim())
    if (rung === undefined) throw new InvalidArgumentError(`A rung is one of ${rungs.join(', ')}.`)
    return rung
  })
}
