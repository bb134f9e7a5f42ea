/** `npm run kills -- 20`: kills the site so often under load, and says whether a page of Chromium noticed. */
import { isDeepStrictEqual } from 'node:util'
import { killUnderLoad } from './killed-under-load.ts'

const kills = Number(process.argv[2] ?? 20)
const { acknowledged, shown, unknown, violations, recoveries, resets, cutOff } = await killUnderLoad(kills, console.log)
const isSame = isDeepStrictEqual(shown, acknowledged)
console.log(
  `${kills} kills: ${acknowledged.length} publishes acknowledged, ${shown.length} shown, ${isSame ? 'the same ids in the same order' : 'NOT the same'}; ${cutOff} requests cut off, ${unknown.length} of unknown outcome; ${recoveries} recoveries on WebSocket, ${resets} resets, ${violations.length} wrong lists.`,
)
for (const sentence of violations) console.log(sentence)
if (!isSame) {
  const [wanted, seen] = [new Set(acknowledged), new Set(shown)]
  console.log(
    `Not shown: ${acknowledged.filter((id) => !seen.has(id)).join()}. Not acknowledged: ${shown.filter((id) => !wanted.has(id)).join()}.`,
  )
}
if (!isSame || resets > 0 || violations.length > 0) process.exitCode = 1
