/** A text field without a browser: what the editor of the page uses of one. */
export interface TypedField {
  readonly area: HTMLTextAreaElement
  /** Puts a text in the place of another one, as somebody at a keyboard does. */
  type(at: number, deleted: number, text: string): void
}

/** Makes an empty one. */
export function createField(): TypedField {
  let value = ''
  /** What was put into it since somebody has read it: to join a long text costs its length. */
  let parts: string[] | undefined
  const read = () => {
    value = parts?.join('') ?? value
    parts = undefined
    return value
  }
  const put = (text: string, from: number, to: number) => {
    parts = replaced(parts ?? [value], text, from, to)
  }
  const area = Object.assign(new EventTarget(), { selectionEnd: 0, setRangeText: put })
  Object.defineProperty(area, 'value', {
    get: read,
    set(text: string) {
      ;[value, parts] = [text, undefined]
    },
  })
  return {
    area: area as unknown as HTMLTextAreaElement,
    type(at, deleted, text) {
      put(text, at, at + deleted)
      area.selectionEnd = at + text.length
      area.dispatchEvent(new Event('input'))
    },
  }
}

/** The parts of a text with another text from one place to another. */
function replaced(parts: readonly string[], text: string, from: number, to: number): string[] {
  const before: string[] = []
  const after: string[] = []
  let at = 0
  for (const part of parts) {
    if (at < from) before.push(part.slice(0, from - at))
    if (at + part.length > to) after.push(part.slice(Math.max(0, to - at)))
    at += part.length
  }
  return [...before, text, ...after]
}
