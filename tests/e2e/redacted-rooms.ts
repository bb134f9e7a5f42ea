/** The rooms of the test of what is taken back in browsers. */
import { channel } from '@baro/core'

/** One line of a room. */
export interface Line {
  readonly id: string
  /** Absent once it was taken back. */
  readonly text?: string
}

const events = {
  message: {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value: value as string }),
      types: undefined as { readonly input: string; readonly output: string } | undefined,
    },
  },
} as const
const initial = (): Line[] => []
const on = {
  message: (list: Line[], { id, payload }: { readonly id: string; readonly payload: string }): Line[] =>
    [...list, { id, text: payload }].slice(-100),
}
/** A page of an hour ago stands before all of it. */
const history = { size: 10 } as const

const reducer = channel('reducer:{id}', {
  ...{ moderated: true, events, history },
  state: {
    initial,
    on,
    redact: (list: Line[], { id, time }) =>
      time === undefined ? list.map((line) => (line.id === id ? { id } : line)) : [...list, { id }],
  },
})
const anew = channel('history:{id}', { moderated: true, events, history, state: { initial, on } })

/** By how their states lose something; of one type, so that a table may hold them. */
export const redactedRooms = { reducer, history: anew as unknown as typeof reducer } as const
