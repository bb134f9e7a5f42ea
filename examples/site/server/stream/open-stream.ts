import { setTimeout as pause } from 'node:timers/promises'
import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { endOf, silentMs, text, texts } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import { createFairShare } from '../fair-share.ts'
import { generate } from './generate.ts'

/** What came in so long is one publication: the eye sees no difference, and the history is half as long. */
const everyMs = 50
const tokensAtOnce = 2

/** What a test sets. */
interface StreamParts {
  readonly generate?: typeof generate
  readonly wait?: (ms: number) => Promise<unknown>
  readonly now?: () => number
}

/**
 * Texts that the server writes. One is written once, whoever watches, and by whatever node was asked: a page, a reload and
 * another device all follow the same channel.
 */
export function openStream(
  hub: Hub,
  { generate: tokens = generate, wait = pause, now = Date.now }: StreamParts = {},
): void {
  /** Of this node. */
  const written = new Set<string>()
  const watched = new Set<string>()
  const share = createFairShare({ each: 6, all: 30 }, now)
  const stateOf = async (id: string) => (await hub.snapshot(text({ id }))).value

  async function write(id: string, prompt: string, language: Language): Promise<void> {
    let gathered: string[] = []
    const say = async (): Promise<boolean> => {
      await wait(everyMs)
      // Whoever stops it may be at another node: what the channel says counts.
      if ((await stateOf(id)).end) return false
      await hub.publish(text({ id }), 'tokens', { text: gathered.join('') })
      gathered = []
      return true
    }
    for (const token of tokens(prompt, language, Math.random)) {
      gathered.push(token)
      if (gathered.length >= tokensAtOnce && !(await say())) return
    }
    if (gathered.length > 0 && !(await say())) return
    await hub.publish(text({ id }), 'ended', { how: 'finished' })
  }

  /** Says of a text that nobody writes any more that it was cut off, once it is silent for too long. */
  async function watch(id: string): Promise<void> {
    if (watched.has(id)) return
    watched.add(id)
    try {
      for (;;) {
        const state = await stateOf(id)
        if (!state.asked || state.end || written.has(id)) return
        if (endOf(state, now())) {
          await hub.publish(text({ id }), 'ended', { how: 'cut-off' })
          return
        }
        await wait(Math.max(1, state.heardAt + silentMs - now()))
      }
    } finally {
      watched.delete(id)
    }
  }

  hub.on(text, {
    access: 'public',
    requests: {
      me: ({ user }) => ({ by: user?.id }),
      begin: async ({ payload: { prompt, language }, params: { id }, user }) => {
        const { asked } = await stateOf(id)
        // Asked again, because its answer was lost.
        if (asked && asked.by === user?.id && asked.prompt === prompt) return {}
        if (asked || written.has(id))
          throw new BaroError('not-accepted', `The text "${id}" has begun. Ask for another one.`)
        // Who comes without a script has no name. They share one.
        share.take(user?.id ?? 'guests')
        written.add(id)
        try {
          await hub.publish(text({ id }), 'asked', { prompt, language, by: user?.id })
          await hub.publish(texts(), 'asked', { id, prompt, language })
        } catch (error) {
          written.delete(id)
          throw error
        }
        write(id, prompt, language)
          .catch((error) => console.error(`The text "${id}" could not be written on.`, error))
          .finally(() => written.delete(id))
        return {}
      },
      stop: async ({ params: { id }, user }) => {
        const { asked, end } = await stateOf(id)
        if (!asked || user === undefined || asked.by !== user.id)
          throw new BaroError('refused', `The text "${id}" is not yours to stop.`)
        if (!end) await hub.publish(text({ id }), 'ended', { how: 'stopped' })
        return {}
      },
    },
    joined: ({ params: { id } }) => watch(id),
  })
  hub.on(texts, { access: 'public' })
}
