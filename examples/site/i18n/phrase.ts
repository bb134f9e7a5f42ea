/**
 * A text with places for values, as data, so that a server can hand it to the browser: `{0} here` says its first value. Of several
 * forms the first value chooses, and `else` is for all others.
 */
export interface Phrase {
  readonly say: string | Forms
}

type Forms = Readonly<Record<string, string>> & { readonly else: string }

/** What a phrase is as a function. */
export type Says = (...values: readonly (string | number | boolean)[]) => string

/** What is said in words, as data. */
export type TextsOf<W> = W extends (...values: never[]) => string
  ? Phrase
  : W extends string
    ? string
    : { readonly [K in keyof W]: TextsOf<W[K]> }

/** A phrase of one form, or of several. */
export function say(forms: string | Forms): Phrase {
  return { say: forms }
}

/** Makes functions of the phrases in some texts. Numbers are written as the language does. */
export function inWords<W>(texts: TextsOf<W>, language: string): W {
  const number = new Intl.NumberFormat(language)
  const says =
    ({ say: forms }: Phrase): Says =>
    (...values) => {
      const form = typeof forms === 'string' ? forms : formFor(forms, String(values[0]))
      return form.replace(/\{(\d)\}/g, (place, index) => {
        const value = values[index]
        return value === undefined ? place : typeof value === 'number' ? number.format(value) : String(value)
      })
    }
  const revive = (text: unknown): unknown => {
    if (typeof text !== 'object' || text === null) return text
    if ('say' in text) return says(text as Phrase)
    if (Array.isArray(text)) return text.map(revive)
    return Object.fromEntries(Object.entries(text).map(([name, each]) => [name, revive(each)]))
  }
  return revive(texts) as W
}

/** Values come from strangers too, in addresses: none of them names a form that nobody wrote. */
function formFor(forms: Forms, value: string): string {
  return (Object.hasOwn(forms, value) && forms[value]) || forms.else
}
