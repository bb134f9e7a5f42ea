/**
 * `npm run hostile`: besieges a hub by every attack, or by those that are named, prints what became of the honest, and
 * keeps it in results.json and results.md. It takes a quarter of a minute for each, and wants a machine that does nothing else.
 * With `control` among the names each attack hits a plain server in the process of the hub, too.
 */
import { attacks } from './attacks/attacks.ts'
import { timesOf } from './bar.ts'
import { takePrecedence } from './precedence.ts'
import { keepRow, writePage } from './results.ts'
import { besiege, defaultAttackMs } from './siege.ts'

const words = process.argv.slice(2)
const isControlled = words.includes('control')
const names = words.filter((word) => word !== 'control')
takePrecedence()
const unknown = names.filter((name) => attacks.every((attack) => attack.name !== name))
if (unknown.length > 0)
  throw new Error(
    `There is no attack "${unknown.join('", "')}". There are: ${attacks.map(({ name }) => name).join(', ')}.`,
  )

for (const attack of attacks) {
  if (names.length > 0 && !names.includes(attack.name)) continue
  const plan = { aloneMs: 2_500, attackMs: defaultAttackMs, scale: 1 }
  const row = await besiege(attack, plan)
  const plain = isControlled ? await besiege(attack, plan, 'a plain server') : undefined
  const control = plain && {
    times: timesOf(plain.delays),
    p99Ms: plain.delays?.under.all.p99 ?? Number.NaN,
    longestTurnMs: plain.hub?.longestTurnMs ?? Number.NaN,
  }
  console.log(keepRow({ ...row, ...(control && { control }) }))
}
writePage()
