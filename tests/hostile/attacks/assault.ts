import { connect, type Socket } from 'node:net'
import { Wire } from './wire.ts'

/** How hard an attack hits. */
export interface Effort {
  readonly forMs: number
  /** 1, or a part of it: of connections and of what is sent. */
  readonly scale: number
  /** The address that it comes from. */
  readonly from: string
}

/** What an attack did, and what came of it. */
export interface AssaultReport {
  readonly connections: number
  /** Connections that the hub ended, or did not take. */
  readonly ended: number
  readonly sentBytes: number
  readonly receivedBytes: number
}

/** However fast it goes: more connections than this are not opened. */
const maxConnections = 20_000
/** The most that one attack sends. */
const maxSentBytes = 2 ** 32

/** The means of an attack, and its end: when the time is over, every connection is gone and every loop stops. */
export class Assault {
  readonly port: number
  readonly scale: number
  readonly #from: string
  readonly #sockets = new Set<Socket>()
  readonly #timer: NodeJS.Timeout
  readonly #pausing = new Set<() => void>()
  #isOver = false
  #connections = 0
  #ended = 0
  #sentBytes = 0
  #receivedBytes = 0

  constructor(port: number, { forMs, scale, from }: Effort) {
    this.port = port
    this.scale = scale
    this.#from = from
    this.#timer = setTimeout(() => this.end(), forMs)
  }

  /** Whether there is time, and room, for more. */
  get isOn(): boolean {
    return !this.#isOver && this.#connections < maxConnections && this.#sentBytes < maxSentBytes
  }

  get report(): AssaultReport {
    const [connections, ended] = [this.#connections, this.#ended]
    return { connections, ended, sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes }
  }

  /** So many, scaled; at least one. */
  many(count: number): number {
    return Math.max(1, Math.round(count * this.scale))
  }

  /** Opens a connection; one that does not read is `deaf`. */
  async open({ isDeaf = false } = {}): Promise<Wire> {
    const socket = connect({ port: this.port, host: '127.0.0.1', localAddress: this.#from, noDelay: true })
    this.#connections++
    this.#sockets.add(socket)
    if (isDeaf) socket.pause()
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#sentBytes += socket.bytesWritten
      this.#receivedBytes += socket.bytesRead
      if (!this.#isOver) this.#ended++
    })
    const wire = new Wire(socket)
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()))
    return wire
  }

  /**
   * Has so many (scaled) connections at work at any time; whenever one is done, or was ended, the next one begins. They
   * come one by one, a thousand in a second, unless it is a `storm`: to open many at once is an attack by itself.
   */
  async crowd(
    count: number,
    work: (wire: Wire) => Promise<unknown>,
    { isStorm = false, ...options }: { readonly isDeaf?: boolean; readonly isStorm?: boolean } = {},
  ): Promise<void> {
    const one = async (_: unknown, index: number) => {
      if (!isStorm) await this.pause(index)
      while (this.isOn) {
        const wire = await this.open(options)
        if (wire.isOpen) await work(wire)
        wire.reset()
        // A hub that refuses connections must not make this a loop that nothing can stop.
        await this.pause(0)
      }
    }
    await Promise.all(Array.from({ length: this.many(count) }, one))
  }

  /** Waits, at most until the end. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return new Promise((resolve) => setImmediate(resolve))
    if (this.#isOver) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#pausing.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#pausing.add(done)
    })
  }

  /** Lets everything go. */
  end(): void {
    clearTimeout(this.#timer)
    this.#isOver = true
    for (const done of [...this.#pausing]) done()
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Resolves when the last connection is gone. */
  async ended(): Promise<void> {
    this.end()
    while (this.#sockets.size > 0) await new Promise((resolve) => setImmediate(resolve))
  }
}
