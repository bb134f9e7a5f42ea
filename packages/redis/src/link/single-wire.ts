import { createClient } from '@redis/client'
import { asOneText, commandOptions, commonOptions } from './connection-options.ts'
import type { Address, Reply, Wire, WireListener, WireTerms } from './wire.ts'

/** The connections to one server: one for commands, and one to hear. */
export function createSingleWire(address: Address, terms: WireTerms, listener: WireListener): Wire {
  const common = commonOptions(address, terms)
  const { host, port, database } = address
  // Options of its own for each: the library writes into them.
  const create = () =>
    createClient({
      ...common,
      ...(database !== undefined && { database }),
      socket: asOneText({ ...common.socket, host, port }) as NonNullable<typeof common.socket>,
    })
  const [commands, ears] = [create(), create()]
  const heard = (message: string, name: string): void => listener.heard(name, message)
  commands.on('error', (error) => listener.failed(error)).on('ready', () => listener.back())
  // By then what was subscribed is subscribed again.
  ears.on('error', (error) => listener.failed(error)).on('ready', () => listener.missed())
  return {
    get isWhole() {
      return commands.isReady && ears.isReady
    },
    async open() {
      await Promise.all([commands.connect(), ears.connect()])
    },
    together: () => '',
    send: (_, args, texts) => commands.sendCommand(args as string[], commandOptions[texts]) as Promise<Reply>,
    sendToEach: async (args) => [(await commands.sendCommand(args as string[])) as Reply],
    async subscribe(name) {
      await ears.sSubscribe(name, heard)
    },
    async unsubscribe(name) {
      await ears.sUnsubscribe(name, heard)
    },
    close() {
      commands.destroy()
      ears.destroy()
    },
  }
}
