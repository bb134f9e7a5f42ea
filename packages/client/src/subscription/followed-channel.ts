import { type AnyChannel, isSnapshot, type Json, type Publication, type Reference, type Signal } from '@baro/core'
import type { Cancel, Clock, Randomness } from '@baro/core/broker'
import { parseAt, redactedType } from '@baro/core/protocol'
import type { ClientLog } from '../changes/client-log.ts'
import type { Listeners } from '../changes/listeners.ts'
import { same } from '../changes/same.ts'
import type { Connection } from '../connection/connection.ts'
import type { Backoff } from '../machine/backoff.ts'
import { runMachine } from '../machine/run-machine.ts'
import type { Settle } from '../outbox/lane.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { browserReload, type PageReload } from '../page/page-reload.ts'
import { type ChannelView, isSameView, pageView } from './channel-view.ts'
import type { ClientCounters } from './counters.ts'
import { beginProof, continueProof, type Proof } from './hand-over.ts'
import { addPending, advance, createStore, finishPending, offer, restart } from './store.ts'
import {
  type SubscriptionAction,
  type SubscriptionEvent,
  startSubscription,
  subscriptionTransition,
} from './subscription-machine.ts'
import { subscriptionStatus } from './subscription-status.ts'

/** What a followed channel works with: the client, as it sees it. */
export interface FollowedChannelParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: ClientLog
  readonly backoff?: Backoff | undefined
  /** Default 1,000. */
  readonly lingerMs?: number | undefined
  /** Default: that of the browser. */
  readonly reload?: PageReload | undefined
  readonly counters: ClientCounters
  readonly connection: Connection
  readonly outbox: Outbox
  /** `isActive` of some channel has changed. */
  demandChanged(): void
}

/** What a channel tells its holders. */
export interface ChannelEvents {
  change: ChannelView
  publication: Publication
  signal: Signal
}

/** Tells whoever wants to know of a channel. */
export type Holder = Listeners<ChannelEvents>['tell']

/**
 * One channel of a client, however many subscriptions share it: its store, its subscription machine, and who wants to
 * be told. When the last subscription has gone it lingers, then stays as a store without a link to the hub, so that
 * who comes back with an older page still sees what was seen last (I3).
 */
export interface FollowedChannel {
  readonly channel: string
  readonly view: ChannelView
  /** Whether it needs a connection. */
  readonly isActive: boolean
  hold(holder: Holder, definition: AnyChannel, reference: Reference): void
  release(holder: Holder): void
  offer(reference: Reference): void
  /** Whether the reference would bring nothing newer than what is shown. */
  isAtLeast(reference: Reference): boolean
  publish(id: string, type: string, payload: Json, hasTurn: boolean, settle: Settle): void
  tell: Holder
  dispatch(event: SubscriptionEvent): void
  /** Something that the view shows has changed. */
  refresh(): void
}

/** More pages of one channel than a screen shows at once. */
const maxOffers = 100

/** Makes a channel that nobody holds yet. */
export function createFollowedChannel(
  channel: string,
  firstDefinition: AnyChannel,
  reference: Reference,
  parts: FollowedChannelParts,
): FollowedChannel {
  const { clock, counters, connection, lingerMs = 1_000, reload = browserReload(clock) } = parts
  const holders = new Set<Holder>()
  let definition = firstDefinition
  let store = createStore(definition, reference)
  let view: ChannelView = pageView(definition, reference)
  let rendered: number | undefined
  let proof: Proof | undefined
  /** What the client tells of itself with each subscribe. */
  let told: { readonly state: Json } | undefined
  let cancelLinger: Cancel | undefined
  /** The state held what was taken back, and could not lose it: nothing is shown until a snapshot comes. */
  let isBlank = false
  /**
   * The pages that were offered on this link. The hub has said since what is true, so a page that comes again says nothing
   * new: one made anew by each render, and asked about each time, would be a loop without an end.
   */
  const offers = new Set<string>()
  const position = () => (isBlank ? undefined : store.position)

  const machine = runMachine({
    clock,
    initial: startSubscription,
    transition: (state, event: SubscriptionEvent) =>
      subscriptionTransition(state, event, {
        nextAttempt: counters.subscribes + 1,
        position: position(),
        isLinked: connection.isLinked,
        backoff: parts.backoff,
        fraction: parts.randomness.fraction(),
      }),
    perform,
    settled: refresh,
  })
  const { dispatch } = machine

  function perform(action: SubscriptionAction): void {
    switch (action.type) {
      case 'subscribe': {
        const { attempt, at } = machine.state
        counters.subscribes = attempt
        const payload = { channel, attempt, version: definition.version, ...(at && { position: at }), ...told }
        return connection.send({ type: 'baro:subscribe', payload })
      }
      case 'unsubscribe':
        return connection.send({ type: 'baro:unsubscribe', payload: { channel } })
      case 'outdated':
        return reload(channel, definition.version)
      case 'suppressed':
      case 'gaps':
        counters[action.type]++
        return
      case 'baro:publications':
        proof &&= continueProof(proof, action.payload)
        return take(action.payload)
      case 'baro:recovered':
      case 'baro:reset':
        proof = beginProof(rendered, store.position, action)
        counters[proof.handOver.outcome]++
        if (action.type === 'baro:recovered') take(action.payload)
        else {
          isBlank = false
          store = restart(store, definition, action.payload.position, action.payload.snapshot)
        }
    }
  }

  function take(step: { position: string; publications: readonly Publication[] }): void {
    const { publications } = step
    store = advance(store, definition, step.position, publications, ({ type, offset }, error) => {
      isBlank ||= type === redactedType
      if (error) parts.log.error(`"${type}" ${offset} of ${channel} is skipped, its reducer threw: ${error}`)
    })
    if (isBlank) store = restart(store, definition, step.position)
    refresh()
    for (const publication of publications) tell('publication', publication)
    if (isBlank || definition.state?.isShort?.(store.confirmed)) dispatch({ type: 'short' })
  }

  function tell<Name extends keyof ChannelEvents>(name: Name, value: ChannelEvents[Name]): void {
    for (const holder of [...holders]) holder(name, value)
  }

  function refresh(): void {
    const next = {
      state: store.state,
      status: same(view.status, subscriptionStatus(connection.status, machine.state)),
      handOver: proof?.handOver,
      position: position(),
      pending: same(
        view.pending,
        store.pending.map(({ id }) => id),
      ),
    }
    if (isSameView(next, view)) return
    view = next
    tell('change', view)
  }

  /** `isBare`: it says a position, and has no value for it. */
  function takeOffer(offered: Reference & { readonly state?: Json }, isBare = false): void {
    const { state } = offered
    if (state !== undefined) {
      told = { state }
      return dispatch({ type: 'anew' })
    }
    const page = JSON.stringify(offered, ['position', 'version'])
    const next = offers.has(page) ? store : offer(store, definition, offered)
    // To ask once more about each costs less than to know which is the oldest (I7).
    if (offers.size >= maxOffers) offers.clear()
    if (!isBare) offers.add(page)
    const hasStayed = next?.position === store.position
    if (next && !isBare) {
      store = next
      // A newer page was rendered without what was taken back.
      if (!hasStayed) isBlank = false
    }
    // A page that is ahead of the stream may be of a history that was rewritten since: the hub must say what follows
    // it, and what it contains already must not be told one by one (I1, I4).
    if (hasStayed) refresh()
    else dispatch({ type: 'ask' })
  }

  /** Follows while somebody holds the channel, while it lingers, and while a publish has no answer. */
  function update(): void {
    const isNeeded = holders.size > 0 || cancelLinger || store.pending.some(({ doneAt }) => !doneAt)
    dispatch({ type: isNeeded ? 'follow' : 'unfollow' })
    parts.demandChanged()
  }

  return {
    channel,
    get view() {
      return view
    },
    get isActive() {
      return machine.state.name !== 'idle'
    },
    hold(holder, newest, page) {
      // A module that was loaded again brings its reducers as new functions.
      // Who only wants to know that it goes on brings no reducers and no value, and takes none away.
      const isBare = !newest.state && !!definition.state
      const isFold = newest.state && !definition.state
      if (!isBare) definition = newest
      if (isFold) {
        store = createStore(newest, page)
        // Until now no value of an offer was taken.
        offers.clear()
      }
      if (holders.size === 0) rendered = isSnapshot(page) ? parseAt(page.position)?.offset : undefined
      holders.add(holder)
      takeOffer(page, isBare)
      if (isFold) dispatch({ type: 'ask' })
      update()
    },
    release(holder) {
      holders.delete(holder)
      cancelLinger?.()
      // Whoever has stopped to be here must not be said to be on the next link, which may be another user's.
      cancelLinger = clock.after(told ? 0 : lingerMs, () => {
        cancelLinger = undefined
        update()
      })
    },
    offer: (page) => takeOffer(page),
    isAtLeast: (page) => (offer(store, definition, page) ?? store) === store,
    publish(id, type, payload, hasTurn, settle) {
      store = addPending(store, definition, { id, type, payload, time: clock.now() })
      const done: Settle = (outcome) => {
        const { position } = (outcome ?? {}) as { position?: string }
        store = finishPending(store, definition, id, position)
        settle(outcome)
        update()
      }
      parts.outbox.send({ type: 'baro:publish', payload: { id, channel, type, payload } }, done, hasTurn)
      refresh()
    },
    tell,
    dispatch(event) {
      if (event.type === 'link-down') offers.clear()
      dispatch(event)
    },
    refresh,
  }
}
