import { channel } from '@baro/core'
import * as z from 'zod/mini'
import type { Language } from '../i18n/languages.ts'

/** How long what somebody asks for may be, in characters. */
export const maxPromptLength = 120

/** No text is longer, in characters, whatever is published. */
export const maxTextLength = 8_000

/** How many of the newest texts are listed. */
export const listedTexts = 8

/** The server writes every 50 ms. If it is silent for so long, whoever wrote is gone, in milliseconds. */
export const silentMs = 5_000

const ends = ['finished', 'stopped', 'cut-off'] as const

/** How a text ended: at its end, because somebody stopped it, or because the server that wrote it died. */
export type TextEnd = (typeof ends)[number]

/** A text that is written token by token. */
export interface StreamedText {
  /** What was asked for; `null` as long as nobody has asked. */
  readonly asked: { readonly prompt: string; readonly language: Language; readonly by?: string | undefined } | null
  readonly text: string
  /** When something was heard of it last, in milliseconds since 1970. */
  readonly heardAt: number
  readonly end: TextEnd | null
}

/** Whether a text can be the id of a text. */
export function isTextId(id: string): boolean {
  return /^[\w-]{8,32}$/.test(id)
}

const prompt = z.string().check(z.normalize('NFC'), z.trim(), z.minLength(1), z.maxLength(maxPromptLength))
const language = z.enum(['en', 'ko'])
const by = z.optional(z.string())

/** One text: what was asked for, what is written so far, and how it ended. The server alone publishes here. */
export const text = channel('text:{id}', {
  params: { id: isTextId },
  events: {
    asked: z.object({ prompt, language, by }),
    /** The tokens of 50 ms. */
    tokens: z.object({ text: z.string() }),
    ended: z.object({ how: z.enum(ends) }),
  },
  requests: {
    me: { input: z.object({}), output: z.object({ by }) },
    /** Begins the text: once, whoever asks again. */
    begin: { input: z.object({ prompt, language }), output: z.object({}) },
    stop: { input: z.object({}), output: z.object({}) },
  },
  state: {
    initial: (): StreamedText => ({ asked: null, text: '', heardAt: 0, end: null }),
    on: {
      asked: (state, { time, payload }) => (state.asked ? state : { ...state, asked: payload, heardAt: time }),
      tokens: (state, { time, payload }) =>
        // Two servers may know of an end at different times: nothing follows the first one.
        state.end ? state : { ...state, text: (state.text + payload.text).slice(0, maxTextLength), heardAt: time },
      ended: (state, { payload }) => (state.end ? state : { ...state, end: payload.how }),
    },
  },
  // A page further behind gets the text so far, which is smaller than its tokens.
  history: { size: 500, ttl: '1h', bytes: 1 << 17 },
})

/** The newest texts, by what was asked for. */
export const texts = channel('texts', {
  events: { asked: z.object({ id: z.string(), prompt, language }) },
  state: {
    initial: (): readonly { readonly id: string; readonly prompt: string; readonly language: Language }[] => [],
    on: { asked: (list, { payload }) => [payload, ...list].slice(0, listedTexts) },
  },
})

/** How a text has ended by this time, said or not; `null` while it is being written. */
export function endOf({ asked, end, heardAt }: StreamedText, nowMs: number): TextEnd | null {
  return end ?? (asked && nowMs - heardAt >= silentMs ? 'cut-off' : null)
}
