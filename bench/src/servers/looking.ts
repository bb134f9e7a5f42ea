import { mount } from '@baro/inspector'
import { type Hub, type HubObserver, hubEventNames } from '@baro/server'

/** Who looks on. */
export type Looking =
  /** Nobody, and nothing is kept for whoever asks later. */
  | 'no journal'
  /** Nobody: as a user gets it. */
  | 'nobody'
  /** An observer of every event there is. */
  | 'observer'
  /** The page of the inspector, which lists sessions and channels every two seconds, and tails a channel. */
  | 'inspector'

const key = 'the key of the bench, of 24 characters'
/** As often as the page asks. */
const listedEveryMs = 2_000

/** Looks on; what is returned is called with the port, once there is one. */
export function lookOn(hub: Hub, looking: Looking): (port: number) => void {
  if (looking === 'observer') {
    let events = 0
    const all: HubObserver = Object.fromEntries(hubEventNames.map((name) => [name, () => void events++]))
    hub.observe(all)
  }
  if (looking !== 'inspector') return () => {}
  const { path } = mount(hub, { key })
  return (port) => {
    const ask = (question: string) =>
      fetch(`http://127.0.0.1:${port}${path}/api/${question}`, { headers: { authorization: `Bearer ${key}` } })
    void ask('channels/bench/tail').then(async ({ body }) => {
      // It is read to its end, and nothing is done with it.
      for await (const _ of body ?? []);
    })
    setInterval(async () => {
      for (const list of ['sessions', 'channels']) await (await ask(list)).arrayBuffer()
    }, listedEveryMs).unref()
  }
}
