/** The outbox against a hub that knows nothing but turns, on links that break, with claims that are lost. */
import type { ServerMessage } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { expect, it } from 'vitest'
import type { Outcome } from './lane.ts'
import { createOutbox, type OutboxEvent } from './outbox.ts'

type Publish = { id: string; channel: string; producer: string; number: number; confirmed: number }

const publishWindowMs = 10_000

/** What a hub does with turns, as PROTOCOL.md has it. */
class TurnHub {
  readonly done: { readonly id: string; readonly channel: string }[] = []
  epoch = 1
  #turns = new Map<string, { last: number; atMs: number; answers: Map<number, ServerMessage> }>()

  forgetAll(): void {
    this.epoch++
    this.#turns.clear()
  }

  take(
    { id, channel, producer, number, confirmed }: Publish,
    epoch: number,
    refusal: string,
    nowMs: number,
  ): ServerMessage {
    const fail = (code: string): ServerMessage => ({
      type: 'baro:error',
      payload: { id, channel, code, message: code },
    })
    const key = `${channel} ${producer}`
    const known = this.#turns.get(key)
    const isKnown = known && nowMs - known.atMs <= publishWindowMs
    const turn = isKnown ? known : { last: 0, atMs: nowMs, answers: new Map<number, ServerMessage>() }
    const before = turn.answers.get(number)
    if (epoch !== this.epoch) return fail('out-of-turn')
    if (before) return before
    if (number !== turn.last + 1 || (number > 1 && !isKnown)) return fail('out-of-turn')
    if (refusal === 'rate-limited' || refusal === 'unavailable') return fail(refusal)
    for (const old of turn.answers.keys()) if (old <= confirmed) turn.answers.delete(old)
    if (!refusal) this.done.push({ id, channel })
    const answer: ServerMessage = refusal
      ? fail(refusal)
      : { type: 'baro:published', payload: { id, channel, position: id } }
    turn.answers.set(number, answer)
    this.#turns.set(key, { ...turn, last: number, atMs: nowMs })
    return answer
  }
}

/** A life of one client, drawn by a seed: what its publishes came to, and what the hub has done. In a kind one nothing is forgotten. */
function live(seed: number, isKind = false) {
  const chance = createSeededRandomness(`turns ${seed}`)
  const hub = new TurnHub()
  const outcomes = new Map<string, Outcome>()
  const made: { readonly id: string; readonly channel: string }[] = []
  const clock = createFakeClock()
  let link: { epoch: number; toHub: Publish[]; toClient: ServerMessage[] } | undefined
  const outbox = createOutbox({
    clock,
    maxOutboxBytes: 1e6,
    connection: {
      status: { state: 'live', attempt: 0, rung: 'websocket' },
      send: ({ payload }) => link?.toHub.push(payload as unknown as Publish),
      dispatch() {},
    },
    demandChanged() {},
  })

  function publish(): void {
    const id = `p${made.length}`
    const channel = chance.pick(['a', 'b'])
    made.push({ id, channel })
    const message = { type: 'baro:publish', payload: { id, channel, type: 't', payload: 1 } } as const
    const settle = (outcome: Outcome) => {
      if (outcomes.has(id)) throw new Error(`${id} was settled twice`)
      outcomes.set(id, outcome)
    }
    outbox.send(message, settle, true)
  }
  function connect(): void {
    link = { epoch: hub.epoch, toHub: [], toClient: [] }
    const payload = {
      session: 's',
      heartbeatIntervalMs: 1,
      maxMessageBytes: 1_000,
      publishWindowMs,
      claimsEpoch: `${hub.epoch}`,
    }
    outbox.dispatch({ type: 'baro:connected', payload })
  }
  function cut(): void {
    link = undefined
    outbox.dispatch({ type: 'link-down' })
  }
  function handle(refusal: string): void {
    const next = link?.toHub.shift()
    if (link && next) link.toClient.push(hub.take(next, link.epoch, refusal, clock.elapsed()))
  }
  function hear(): void {
    const next = link?.toClient.shift()
    if (next) outbox.dispatch(next as OutboxEvent)
  }
  /** The hub drains whoever is connected. */
  function loseClaims(): void {
    hub.forgetAll()
    if (link) cut()
  }
  /** The hub remembers for longer than a message travels: here, than no time. */
  function pass(ms: number): void {
    while (link?.toHub.length) handle('')
    clock.advance(ms)
  }

  for (let step = 0; step < 400; step++) {
    const dice = chance.integer(0, 99)
    if (dice < 25) publish()
    else if (dice < 50) handle('')
    else if (dice < 56) handle(chance.pick(['rate-limited', 'unavailable', 'invalid-payload']))
    else if (dice < 80) hear()
    else if (dice < 86) pass(chance.integer(0, isKind ? 100 : 1_500))
    else if (dice < 87 && !isKind) pass(chance.integer(0, 12_000))
    else if (dice < 92) link ? cut() : connect()
    else if (dice < 93 && !isKind) loseClaims()
    else if (!link) connect()
  }
  // The good days: everything gets its answer.
  for (let round = 0; round < 100 && !outbox.isEmpty; round++) {
    if (!link) connect()
    pass(500)
    while (link?.toClient.length) hear()
  }
  return { made, outcomes, done: hub.done }
}

it('I5: each publish is done at most once and in order, and is told the truth, in 500 lives', () => {
  const tally = { done: 0, unknown: 0, refused: 0 }
  for (let seed = 1; seed <= 500; seed++) {
    const { made, outcomes, done } = live(seed)
    const ids = done.map(({ id }) => id)
    expect(new Set(ids).size, `seed ${seed}: done twice`).toBe(ids.length)
    for (const channel of ['a', 'b']) {
      const inOrder = made.filter((one) => one.channel === channel && ids.includes(one.id)).map(({ id }) => id)
      const asDone = done.filter((one) => one.channel === channel).map(({ id }) => id)
      expect(asDone, `seed ${seed}: out of order`).toEqual(inOrder)
    }
    for (const { id } of made) {
      const outcome = outcomes.get(id) as { readonly code?: string } | undefined
      expect(outcome, `seed ${seed}: ${id} has no answer`).toBeDefined()
      if (outcome?.code === 'unknown-outcome') tally.unknown++
      else {
        expect(ids.includes(id), `seed ${seed}: ${id}, told ${outcome?.code ?? 'published'}`).toBe(!outcome?.code)
        tally[outcome?.code ? 'refused' : 'done']++
      }
    }
  }
  // What never happened was not tested.
  expect(Math.min(tally.done, tally.refused, tally.unknown)).toBeGreaterThan(100)
})

it('I5: while nothing is forgotten no outcome is unknown, however often the link breaks', () => {
  for (let seed = 1; seed <= 200; seed++)
    for (const [id, outcome] of live(seed, true).outcomes)
      expect(outcome, `seed ${seed}: ${id}`).not.toMatchObject({ code: 'unknown-outcome' })
})
