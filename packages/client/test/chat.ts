import { channel, type Json, type Publication, type Schema } from '@baro/core'
import { formatPosition, positionAfter, startOf } from '@baro/core/protocol'

/** A schema that only names types: validation is the server's. */
function typed<T>(): Schema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) } }
}

/** The channel of the tests: a list of texts. */
export const chat = channel('chat:{id}', {
  events: { message: typed<{ text: string }>(), broken: typed<null>(), silent: typed<null>() },
  signals: { typing: typed<{ name: string }>() },
  requests: { count: { input: typed<{ from: number }>(), output: typed<number>() } },
  state: {
    initial: (): string[] => [],
    on: {
      message: (list, { payload }) => [...list, payload.text],
      broken: () => {
        throw new Error('this reducer always throws')
      },
    },
  },
})

/** The reference of the tests. */
export const lobby = chat({ id: 'lobby' })

/** The id of the publication at an offset. */
function idAt(offset: number): string {
  return `id-${String(offset).padStart(6, '0')}`
}

/** The position at an offset, as text. */
export function at(offset: number, epoch = 'epoch1'): string {
  return formatPosition(offset === 0 ? startOf(epoch) : positionAfter(epoch, { offset, id: idAt(offset) }))
}

/** A publication at an offset; its text is the offset unless told otherwise. */
export function message(offset: number, { id = idAt(offset), text = `m${offset}` } = {}): Publication {
  return { type: 'message', payload: { text }, offset, id, time: offset }
}

/** The publications of these offsets. */
export function messages(from: number, to: number): readonly Publication[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
}

/** What a page brings: the texts up to an offset. */
export function pageAt(offset: number, { epoch = 'epoch1', version = '1', channel = lobby.channel } = {}) {
  return { channel, position: at(offset, epoch), version, value: texts(1, offset) }
}

/** The texts of the publications of these offsets. */
export function texts(from: number, to: number): string[] {
  return messages(from, to).map(({ payload }) => String((payload as { readonly [key: string]: Json }).text))
}
