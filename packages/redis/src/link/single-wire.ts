import { ClientOfflineError, createClient } from '@redis/client'
import { asOneText, commandOptions, commonOptions } from './connection-options.ts'
import { keepPulse } from './pulse.ts'
import { isReplica } from './usable.ts'
import type { Address, Reply, Wire, WireListener, WireTerms } from './wire.ts'

/**
 * The connections to one server: one for commands, and one to hear.
 *
 *   whole ──a command is refused by a replica──▶ looking ──connected to a replica──▶ looking, after a longer wait
 *                                                   └──connected to a master──▶ whole, and the one that hears connects anew, too
 *
 * A server that is made a replica keeps its connections, and would refuse every write on them for ever. So the address is asked again: a name, or a
 * proxy, leads to the new master by then, or soon.
 */
export function createSingleWire(address: Address, terms: WireTerms, listener: WireListener): Wire {
  /** How often it has looked for the master in a row. */
  let looks = 0
  /** Whose connection was told to end. What is sent on it after that is neither done nor answered. */
  const ending = new Set<object>()
  const common = commonOptions(address, { ...terms, waitBefore: (attempt) => terms.waitBefore(attempt + looks) })
  const { host, port, database } = address
  // Options of its own for each: the library writes into them.
  const create = () =>
    createClient({
      ...common,
      ...(database !== undefined && { database }),
      socket: asOneText({ ...common.socket, host, port }) as NonNullable<typeof common.socket>,
    })
  const [commands, ears] = [create(), create()]
  let isClosed = false
  const heard = (message: string, name: string): void => listener.heard(name, message)

  /** What was asked before is answered, then the server ends the connection, and the library makes another one. */
  function connectAnew(client: typeof commands): void {
    ending.add(client)
    client.sendCommand(['QUIT']).catch(() => {})
  }

  function look(): void {
    looks++
    connectAnew(commands)
  }

  async function judge(): Promise<void> {
    const info = await commands.sendCommand(['INFO', 'replication'])
    if (isReplica(String(info))) return look()
    looks = 0
    // Whom it hears may be the old master, which nobody tells anything any more.
    if (ears.isReady) connectAnew(ears)
    listener.back()
  }

  for (const client of [commands, ears])
    client
      .on('error', (error) => {
        if (!ending.has(client)) listener.failed(error)
      })
      // Before all that is done with a connection that is there again.
      .on('ready', () => ending.delete(client))
  for (const client of [commands, ears])
    keepPulse(client, {
      ...{ clock: terms.clock, silenceMs: terms.silenceMs, failed: listener.failed },
      waitMs: () => terms.waitBefore(0),
      isWanted: () => !isClosed,
    })
  commands.on('ready', () => {
    if (looks === 0) listener.back()
    // If that fails the connection has ended, and is ready again later.
    else judge().catch(() => {})
  })
  // By then what was subscribed is subscribed again.
  ears.on('ready', () => listener.missed())
  return {
    get isWhole() {
      return commands.isReady && ears.isReady && looks === 0
    },
    async open() {
      await Promise.all([commands.connect(), ears.connect()])
    },
    together: () => '',
    send: (_, args, texts) =>
      ending.has(commands)
        ? Promise.reject(new ClientOfflineError())
        : (commands.sendCommand(args as string[], commandOptions[texts]) as Promise<Reply>),
    sendToEach: async (args) => [(await commands.sendCommand(args as string[])) as Reply],
    async subscribe(name) {
      await ears.sSubscribe(name, heard)
    },
    async unsubscribe(name) {
      await ears.sUnsubscribe(name, heard)
    },
    lookAgain() {
      if (looks > 0) return
      listener.failed(
        new Error('It takes no writes any more: it is a replica. Its master is looked for at the same address.'),
      )
      look()
    },
    close() {
      isClosed = true
      commands.destroy()
      ears.destroy()
    },
  }
}
