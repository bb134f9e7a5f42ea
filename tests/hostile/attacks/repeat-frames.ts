import type { Assault } from './assault.ts'
import { connectFrame } from './client-frame.ts'

/** How a link begins on which the same is said for ever. */
export interface Beginning {
  /** Where the WebSocket is asked for. Default: the session of the SDK. */
  readonly path?: string
  readonly headers?: readonly string[]
  /** What is said once. Default: the first message of a guest of the SDK. */
  readonly first?: Uint8Array
}

/** The same frames for ever, on a few WebSockets that are open. */
export async function repeatFrames(
  assault: Assault,
  frames: Uint8Array,
  { path = '/baro/connect', headers = [], first = connectFrame }: Beginning = {},
): Promise<void> {
  await assault.crowd(4, async (wire) => {
    await wire.upgrade(path, headers)
    await wire.write(first)
    while (assault.isOn && wire.isOpen) await wire.write(frames)
  })
}
