/** The attacker, in a process of its own, with less right to the processor than anybody. */
import { constants, setPriority } from 'node:os'
import { Assault, type AssaultReport, type Effort } from '../attacks/assault.ts'
import { attacks } from '../attacks/attacks.ts'
import { serveOrders } from './worker.ts'

/** What an attacker is told to do: an attack by its name, or, as what it is compared with, to burn as much time. */
export type AttackerOrder = (
  | { readonly do: 'attack'; readonly name: string; readonly port: number }
  | { readonly do: 'burn' }
) &
  Effort

const sliceMs = 5
const nothing: AssaultReport = { connections: 0, ended: 0, sentBytes: 0, receivedBytes: 0 }

// What is measured is the hub, not who gets the processor: on a machine of two cores the attacker takes only what the
// honest leave.
setPriority(constants.priority.PRIORITY_LOW)

async function burn(forMs: number): Promise<void> {
  const endMs = performance.now() + forMs
  while (performance.now() < endMs) {
    const sliceEndMs = performance.now() + sliceMs
    while (performance.now() < sliceEndMs);
    await new Promise((resolve) => setImmediate(resolve))
  }
}

serveOrders<AttackerOrder, AssaultReport>(async (order) => {
  if (order.do === 'burn') {
    await burn(order.forMs)
    return nothing
  }
  const assault = new Assault(order.port, order)
  await attacks.find(({ name }) => name === order.name)?.run(assault)
  // One that has done what it wanted keeps its connections until the end.
  while (assault.isOn) await assault.pause(order.forMs)
  await assault.ended()
  return assault.report
})
