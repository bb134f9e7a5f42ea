import { highlight } from './highlight.ts'

/** A piece of code. */
export interface CodeOptions {
  readonly code: string
  /** Lines that stand out, from 0. */
  readonly marked?: readonly number[]
  readonly language?: 'tsx' | 'bash'
}

/** A piece of code as HTML, in colours. It is made on the server: no script of it comes to the browser. */
export async function codeHtml({ code, marked = [], language = 'tsx' }: CodeOptions): Promise<string> {
  const lines = await highlight(code.trimEnd(), language)
  return lines.map((line, index) => (marked.includes(index) ? `<mark>${line}\n</mark>` : `${line}\n`)).join('')
}
