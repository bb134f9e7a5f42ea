import type { Assault } from './assault.ts'

/** How many requests are on their way on one connection: fewer than the hub lets wait. */
const inFlight = 16

/** Asks for ever, on so many connections, each as fast as it is answered. */
export async function flood(assault: Assault, connections: number, request: (index: number) => string): Promise<void> {
  let index = 0
  await assault.crowd(connections, async (wire) => {
    let asked = 0
    while (assault.isOn && wire.isOpen) {
      const several = Array.from({ length: inFlight }, () => request(index++)).join('')
      asked += inFlight
      await wire.write(several)
      await wire.answers(asked)
    }
  })
}
