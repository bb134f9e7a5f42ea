/** What the network, the servers and the surroundings do to the clients. */
export const faultNames = [
  'link broken for both',
  'link broken for the client only',
  'link broken for the hub only',
  'silence to the client',
  'silence to the hub',
  'silence both ways',
  'bad message on a link',
  'bad message among those of a request',
  'message lost',
  'message duplicated',
  'message reordered',
  'partition',
  'partition healed',
  'slow reader',
  'slow reader reads on',
  'page crashed',
  'page opened from an old snapshot',
  'page opened from a fresh snapshot',
  'page opened without a position',
  'page hidden',
  'page woken',
  'link frozen',
  'page woken on a dead link',
  'page woken on a late link',
  'machine slept without a sign',
  'network gone, said the browser',
  'old snapshot offered',
  'channel left',
  'channel entered again',
  'node crashed',
  'node lost power',
  'node drained',
  'node started',
  'broker restarted',
  'broker cut off',
  'broker back',
  'broker stumbled',
  'broker late',
  'checkpoint not written',
  'broker delivery doubled',
  'broker delivery lost',
  'append kept but not confirmed',
  'append arrived after it was given up',
  'claims lost while nodes go on',
  'nodes restarted with their disk',
  'store restarted with its disk',
  'schedule on a sparse stream',
  'schedule on a view of a larger stream',
  'position moved alone',
  'schedule with a page over requests: poll',
  'schedule with a page over requests: long-poll',
  'schedule with tokens that expire',
  'request late',
  'request doubled',
  'request lost',
  'request overtook another',
  'request arrived after its link',
  'answer to a request lost',
  'access rule could not say',
  'access rule took its time',
  'issuer away',
  'user revoked from a channel',
  'user revoked from everything',
  'user put out, and nobody was told',
  'user let in again',
  'user disconnected',
  'user changed on the way',
  'user changed, and connected anew',
  'revocation missed by a node',
  'handler could not say',
  'handler threw after it had published',
  'handler outlived the session that asked',
  'handler took longer than a request',
  'rate spent before a burst',
  'burst of a page',
  'history rolled back',
  'history rewritten',
  'schedule whose state is folded anew',
  'note taken back',
  'trimmed note taken back',
  'unknown note taken back',
  'note of another room taken back',
  'notice taken back',
  'taken back on both nodes at once',
  'taken back twice',
  'node died while it took back',
  'taken back while a page catches up',
  'redaction kept but not confirmed',
  'redaction lost with what the store lost',
  'burst',
  'long quiet',
  'clock jumped',
] as const

/** What the code under test did about it. */
export const pathNames = [
  'connected',
  'recovered with nothing to catch up',
  'recovered with publications',
  'publication with bytes told',
  'redaction: redacted',
  'redaction: trimmed',
  'redaction: redacted-before',
  'redaction: unknown',
  'redaction: unavailable',
  'notice told over websocket',
  'notice told over poll',
  'notice told over long-poll',
  'tombstone told over websocket',
  'tombstone told over poll',
  'tombstone told over long-poll',
  'page opened with what was taken back',
  'page showed what was taken back until it was told',
  'page blank until its reset',
  'state kept without what was taken back',
  'reset: none',
  'reset: queried',
  'reset: epoch',
  'reset: beyond-head',
  'reset: trimmed',
  'reset: rewritten',
  'live reader reset',
  'slow reader cut',
  'fan-out paused',
  'gap found by a client',
  'gap found by a node',
  'duplicate suppressed by a client',
  'repeated publish suppressed by the claim',
  'publish in progress elsewhere',
  'publish confirmed: by its turn',
  'publish confirmed: by its id',
  'publish: rate-limited',
  'burst refused for its rate in the middle',
  'publish left out of an answer',
  'bad message answered by its name',
  'publish: unavailable',
  'publish: out-of-turn',
  'unconfirmed append was found kept',
  'unconfirmed append was settled as not kept',
  'append came to nothing, its claim was over',
  'producer left for another',
  'producer left for its age',
  'node told of claims that are lost',
  'publish: unknown-outcome',
  'publish: definite error',
  'page snapshot newer than the store',
  'page snapshot not newer than the store',
  'page snapshot of another life',
  'closed: drain',
  'closed: silent',
  'closed: slow',
  'closed: expired',
  'closed: no-connect',
  'token renewed on a living session',
  'session over: its token expired',
  'session over: disconnected',
  'auth looked before a disconnect that was known when it answered',
  'rule looked before a revocation that was known when it answered',
  'subscription revoked',
  'subscription refused by its rule',
  'page tried again',
  'page let in as another user',
  'publish of another user not sent',
  'client had no token',
  'converged without a channel that may not be read',
  'client found silence',
  'client offline',
  'link probed after a sleep',
  'client found no answer',
  'channel began a new life after being dropped',
  'converged',
] as const

/** What may happen, and need not: how a schedule ends that no reader could have told from another. */
const rareNames = ['ended: two histories at one position'] as const

/** A fault or a path. */
export type TallyName = (typeof faultNames)[number] | (typeof pathNames)[number] | (typeof rareNames)[number]

/** How often each of some things happened. */
export class Counts<Name extends string> {
  readonly #counts: Map<Name, number>
  readonly #rare: readonly Name[]

  /** @param rare Names of what may happen, and need not. */
  constructor(names: readonly Name[], rare: readonly Name[] = []) {
    this.#counts = new Map([...names, ...rare].map((name) => [name, 0]))
    this.#rare = rare
  }

  count(name: Name, times = 1): void {
    this.#counts.set(name, this.of(name) + times)
  }

  of(name: Name): number {
    return this.#counts.get(name) ?? 0
  }

  add(other: Iterable<readonly [Name, number]>): void {
    for (const [name, times] of other) this.count(name, times)
  }

  [Symbol.iterator](): IterableIterator<[Name, number]> {
    return this.#counts.entries()
  }

  /** Those that never happened, but for the rare ones: what was not seen was not tested. */
  get missing(): readonly Name[] {
    return [...this.#counts].filter(([name, times]) => times === 0 && !this.#rare.includes(name)).map(([name]) => name)
  }
}

/** How often each fault and each path happened. */
export class Tally extends Counts<TallyName> {
  constructor() {
    super([...faultNames, ...pathNames], rareNames)
  }
}
