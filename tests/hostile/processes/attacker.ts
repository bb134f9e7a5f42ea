/** The attacker, in a process of its own. */
import { Assault, type AssaultReport, type Effort } from '../attacks/assault.ts'
import { attacks } from '../attacks/attacks.ts'
import { serveOrders } from './worker.ts'

/** An attack by its name, and the hub that it hits. */
export interface AttackerOrder extends Effort {
  readonly name: string
  readonly port: number
}

serveOrders<AttackerOrder, AssaultReport>(async (order) => {
  const assault = new Assault(order.port, order)
  await attacks.find(({ name }) => name === order.name)?.run(assault)
  // One that has done what it wanted keeps its connections until the end.
  while (assault.isOn) await assault.pause(order.forMs)
  await assault.ended()
  return assault.report
})
