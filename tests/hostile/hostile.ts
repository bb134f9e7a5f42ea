/**
 * `npm run hostile`: besieges a hub by every attack, or by those that are named, prints what became of the honest, and
 * keeps it in results.json and results.md. It takes a quarter of a minute for each, and wants a machine that does nothing else.
 */
import { attacks } from './attacks/attacks.ts'
import { takePrecedence } from './precedence.ts'
import { keepRow, writePage } from './results.ts'
import { besiege, defaultAttackMs } from './siege.ts'

const names = process.argv.slice(2)
takePrecedence()
const unknown = names.filter((name) => attacks.every((attack) => attack.name !== name))
if (unknown.length > 0)
  throw new Error(
    `There is no attack "${unknown.join('", "')}". There are: ${attacks.map(({ name }) => name).join(', ')}.`,
  )

for (const attack of attacks) {
  if (names.length > 0 && !names.includes(attack.name)) continue
  const row = await besiege(attack, { aloneMs: 2_500, attackMs: defaultAttackMs, scale: 1 })
  console.log(keepRow(row))
}
writePage()
