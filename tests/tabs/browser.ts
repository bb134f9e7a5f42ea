/** As much of a browser as tabs need to find one another: Web Locks and BroadcastChannel, over a clock that a test moves. */
import { setMaxListeners } from 'node:events'
import type { Clock } from '@baro/core/broker'

interface Claim {
  readonly tab: FakeTab
  readonly held: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** The tabs of one origin. */
export class FakeBrowser {
  readonly clock: Clock
  readonly channels = new Set<FakeChannel>()
  /** By name: who holds the lock, then who waits for it. */
  readonly locks = new Map<string, Claim[]>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  open(): FakeTab {
    return new FakeTab(this)
  }

  grant(name: string): void {
    const [claim] = this.locks.get(name) ?? []
    if (!claim) return
    const release = (value: unknown) => {
      this.leave(name, claim)
      claim.resolve(value)
    }
    // A frozen tab that is granted a lock runs nothing, and holds it.
    claim.tab.run(() => Promise.resolve(claim.held()).then(release))
  }

  leave(name: string, claim: Claim): void {
    const claims = this.locks.get(name) ?? []
    const index = claims.indexOf(claim)
    claims.splice(index, index < 0 ? 0 : 1)
    if (index === 0) this.grant(name)
  }
}

/** One tab; it may crash, or freeze and thaw. */
export class FakeTab {
  readonly #browser: FakeBrowser
  #isGone = false
  #frozen: (() => void)[] | undefined
  readonly locks: Pick<LockManager, 'request'>
  readonly BroadcastChannel: typeof BroadcastChannel

  constructor(browser: FakeBrowser) {
    this.#browser = browser
    const tab = this
    this.locks = {
      request: (name: string, ...rest: unknown[]) => this.#request(name, ...(rest as [LockOptions, () => unknown])),
    } as Pick<LockManager, 'request'>
    this.BroadcastChannel = class extends FakeChannel {
      constructor(name: string) {
        super(browser, tab, name)
      }
    } as unknown as typeof BroadcastChannel
  }

  /** Does it in a task of its own: never if the tab is gone, later if it is frozen. */
  run(task: () => void): void {
    // Not at once: between two tasks of a browser, promises settle.
    this.#browser.clock.after(1, () => {
      if (this.#isGone) return
      if (this.#frozen) this.#frozen.push(task)
      else task()
    })
  }

  crash(): void {
    this.#isGone = true
    for (const [name, claims] of this.#browser.locks)
      for (const claim of [...claims]) if (claim.tab === this) this.#browser.leave(name, claim)
  }

  freeze(): void {
    this.#frozen = []
  }

  thaw(): void {
    const tasks = this.#frozen ?? []
    this.#frozen = undefined
    for (const task of tasks) this.run(task)
  }

  #request(name: string, { signal, steal }: LockOptions, held: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const browser = this.#browser
      const claim: Claim = { tab: this, held, resolve, reject: (error) => this.run(() => reject(error)) }
      const claims = browser.locks.get(name) ?? []
      browser.locks.set(name, claims)
      if (steal) {
        claims.shift()?.reject(new DOMException('stolen', 'AbortError'))
        claims.unshift(claim)
      } else claims.push(claim)
      if (claims[0] === claim) browser.grant(name)
      // A browser has no opinion on how many.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', () => {
        if (claims[0] === claim) return
        browser.leave(name, claim)
        reject(signal.reason)
      })
    })
  }
}

class FakeChannel {
  readonly #browser: FakeBrowser
  readonly #tab: FakeTab
  readonly #name: string
  onmessage: ((event: { readonly data: unknown }) => void) | null = null

  constructor(browser: FakeBrowser, tab: FakeTab, name: string) {
    this.#browser = browser
    this.#tab = tab
    this.#name = name
    browser.channels.add(this)
  }

  postMessage(data: unknown): void {
    for (const other of this.#browser.channels)
      if (other !== this && other.#name === this.#name) {
        const copy = structuredClone(data)
        other.#tab.run(() => {
          if (this.#browser.channels.has(other)) other.onmessage?.({ data: copy })
        })
      }
  }

  close(): void {
    this.#browser.channels.delete(this)
  }
}
