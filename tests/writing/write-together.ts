import { liveValue } from '@baro/core'
import { createHub } from '@baro/server'
import { type Draft, draft, textOf, updatesOf } from '../../examples/site/channels/write.ts'
import { bindTextArea } from '../../examples/site/components/write/bind-text-area.ts'
import { openWrite } from '../../examples/site/server/write/open-write.ts'
import { randomOf } from '../e2e/random-of.ts'
import { createField } from './typed-field.ts'

/** What is written, and by how many. */
export interface Writing {
  /** How long the text is at first, in letters. */
  readonly length: number
  readonly writers: number
  /** How many keys each presses. */
  readonly keys: number
  readonly seed: number
}

/** What it came to. */
export interface Written {
  readonly text: string
  /** Of the writers whose field shows something else at the end. */
  readonly different: number
  readonly refused: number
  readonly updates: number
  readonly updateBytes: number
  readonly stateBytes: number
  /** Of this process, for the hub and all editors: more than before, once what is garbage is gone. */
  readonly heapBytes: number
  readonly cpuMs: number
}

const place = draft({ id: 'written' })

/** Lets several editors, each with a field and a document of its own, write one text at a hub in this process. */
export async function writeTogether({ length, writers, keys, seed }: Writing): Promise<Written> {
  const random = randomOf(seed)
  const heapBefore = heapUsed()
  const hub = createHub({ channels: [draft], maxJournalBytes: 0 })
  openWrite(hub)
  let [refused, updates, updateBytes, sending, published] = [0, 0, 0, 0, 0]
  const editors = Array.from({ length: writers }, (_, index) => {
    const field = createField()
    const user = hub.open({ user: { id: `writer-${index}` } })
    const send = async (update: Uint8Array<ArrayBuffer>) => {
      sending++
      updates++
      updateBytes += update.length
      try {
        await user.publish(place, 'update', { update })
        published++
      } finally {
        sending--
      }
    }
    const binding = bindTextArea(field.area, send, () => {
      refused++
    })
    /** Publications that have come; -1 before the text has. */
    let heard = -1
    user.follow(place, undefined, {
      reset(_, { value }) {
        if (heard >= 0) throw new Error('An editor was behind by more than the history holds.')
        heard = 0
        binding.receive(liveValue(value as unknown as Draft))
      },
      delivered({ publications }) {
        heard += publications.length
        const tail = publications.map(({ payload }) => liveValue(payload as unknown as { update: Uint8Array }).update)
        binding.receive({ base: null, tail })
      },
      failed(error) {
        throw error
      },
    })
    return { field, binding, heard: () => heard }
  })
  /** What each has typed has come to all. */
  const settle = async () => {
    while (sending > 0 || editors.some(({ heard }) => heard() < published))
      await new Promise((resolve) => setImmediate(resolve))
  }
  await settle()
  for (let written = 0; written < length; written += 8_000) {
    editors[0]?.field.type(written, 0, pasted.repeat(400).slice(0, Math.min(8_000, length - written)))
    await settle()
  }
  ;[updates, updateBytes] = [0, 0]

  const cpuBefore = process.cpuUsage()
  // Each writes at a place of their own, deletes a little, and moves on.
  const carets = editors.map(() => Math.floor(random() * length))
  for (let key = 0; key < keys; key++) {
    for (const [index, { field }] of editors.entries()) {
      if (random() < 0.02) carets[index] = Math.floor(random() * field.area.value.length)
      const at = Math.min(carets[index] ?? 0, field.area.value.length)
      const deletes = random() < 0.1 && at > 0
      if (deletes) field.type(at - 1, 1, '')
      else field.type(at, 0, letters[Math.floor(random() * letters.length)] ?? ' ')
      carets[index] = deletes ? at - 1 : at + 1
    }
    await settle()
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const state = liveValue((await hub.snapshot(place)).value)
  const text = textOf(state)
  const result = {
    text,
    different: editors.filter(({ field }) => field.area.value !== text).length,
    refused,
    updates,
    updateBytes,
    stateBytes: updatesOf(state).reduce((sum, update) => sum + update.length, 0),
    heapBytes: heapUsed() - heapBefore,
    cpuMs: (user + system) / 1_000,
  }
  for (const { binding } of editors) binding.unbind()
  await hub.close()
  return result
}

const pasted = '페이지는 위치의 스냅샷, a page. '
const letters = ['가', '나', '다', 'e', 't', 'a', 'o', ' ', ' ', '\n']

function heapUsed(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
