import type { Told } from '../hub/channel-door.ts'
import { faint, type Part, strong } from '../screen/screen.ts'

/** A publication on one line: where it stands, when, what, and by whom. */
export function lineOf({ offset, time, type, payload, by }: Told): readonly Part[] {
  return [
    faint(offset === undefined ? '·' : String(offset)),
    faint(time === undefined ? '' : ` ${new Date(time).toISOString().replace('T', ' ').replace('Z', '')}`),
    ' ',
    strong(type),
    ` ${JSON.stringify(payload)}`,
    ...(by === undefined ? [] : [faint(` by ${by}`)]),
  ]
}
