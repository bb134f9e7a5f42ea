/** A text field without a browser: what the editor of the page uses of one. */
export interface TypedField {
  readonly area: HTMLTextAreaElement
  /** Puts a text in the place of another one, as somebody at a keyboard does. */
  type(at: number, deleted: number, text: string): void
}

/** Makes an empty one. */
export function createField(): TypedField {
  const target = new EventTarget()
  const put = (text: string, from: number, to: number) => {
    fields.value = fields.value.slice(0, from) + text + fields.value.slice(to)
  }
  const fields = Object.assign(target, { value: '', selectionEnd: 0, setRangeText: put })
  return {
    area: fields as unknown as HTMLTextAreaElement,
    type(at, deleted, text) {
      put(text, at, at + deleted)
      fields.selectionEnd = at + text.length
      target.dispatchEvent(new Event('input'))
    },
  }
}
