import type { Language, Words } from './words.ts'

/** What a view works with. */
export interface Page {
  readonly words: Words
  readonly language: Language
  readonly api: string
  /** Asks the inspector; throws the sentence of its refusal. */
  ask<Answer>(path: string, init?: RequestInit): Promise<Answer>
}

/** What is on the page. */
export interface View {
  readonly root: HTMLElement
  /** Asks again, every two seconds while the page is seen. Left out: nothing of it changes by itself. */
  update?(): Promise<void>
  close?(): void
}

/** A time of day, with the date if it is not of today. */
export function timeOf(page: Page, ms: number): string {
  const [date, today] = [new Date(ms), new Date()]
  const isToday = date.toDateString() === today.toDateString()
  return isToday ? date.toLocaleTimeString(page.language) : date.toLocaleString(page.language)
}

/** Where a channel or a session is shown. */
export function placeOf(kind: 'sessions' | 'channels', name: string, part = ''): string {
  return `#/${kind}/${encodeURIComponent(name)}${part}`
}

/** Calls `show` only with what is not as it was before, so that nothing moves while nothing changes. */
export function whenChanged<Answer>(show: (answer: Answer) => void): (answer: Answer) => void {
  let before = ''
  return (answer) => {
    const text = JSON.stringify(answer)
    if (text === before) return
    before = text
    show(answer)
  }
}
