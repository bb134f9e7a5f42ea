/** What the command writes: for a person, or with `--json` for a program. Nothing that a stranger wrote reaches a terminal unescaped. */
import { styleText } from 'node:util'
import { isErrorCode } from '@baro/core/explain'
import type { Sink } from '../io.ts'
import { onOneLine, plain } from './plain.ts'

/** A part of a line. */
export type Part = string | { readonly text: string; readonly style: Parameters<typeof styleText>[0] }

export const faint = (text: string): Part => ({ text, style: 'dim' })
export const strong = (text: string): Part => ({ text, style: 'bold' })
export const good = (text: string): Part => ({ text, style: 'green' })
export const bad = (text: string): Part => ({ text, style: 'red' })
export const odd = (text: string): Part => ({ text, style: 'yellow' })

/** Where lines go. */
export interface ScreenParts {
  readonly out: Sink
  readonly err: Sink
  /** Whether results are JSON, one document for each line. */
  readonly isJson: boolean
  readonly hasColours: boolean
}

export class Screen {
  readonly #parts: ScreenParts

  constructor(parts: ScreenParts) {
    this.#parts = parts
  }

  get isJson(): boolean {
    return this.#parts.isJson
  }

  /** A result, in the form that was asked for. */
  tell(value: unknown, inWords: () => void): void {
    if (this.isJson) this.json(value)
    else inWords()
  }

  /** One line of a result. */
  say(...parts: readonly Part[]): void {
    this.#line(this.#parts.out, parts)
  }

  /** A text of several lines. */
  text(text: string): void {
    this.#parts.out.write(`${plain(text)}\n`)
  }

  /** A line that is no result, for a person. */
  note(...parts: readonly Part[]): void {
    this.#line(this.#parts.err, parts)
  }

  json(value: unknown): void {
    // In JSON such characters stand in strings alone, where an escape means the same.
    this.#parts.out.write(`${plain(JSON.stringify(value))}\n`)
  }

  /** What went wrong, and how to read more of it; with `--json` as a hub answers it. */
  error(code: string, message: string): void {
    if (this.isJson) this.#parts.err.write(`${plain(JSON.stringify({ error: { code, message } }))}\n`)
    else {
      this.note(bad(code), ' ', message)
      if (isErrorCode(code)) this.note(faint(`baro explain ${code} says what to do.`))
    }
  }

  /** Rows under their heads, each column as wide as it must be. */
  table(heads: readonly string[], rows: readonly (readonly string[])[]): void {
    const lines = [heads, ...rows].map((row) => row.map(onOneLine))
    const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
    for (const [index, line] of lines.entries()) {
      const text = line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
      this.say(index === 0 ? faint(text) : text)
    }
  }

  #line(sink: Sink, parts: readonly Part[]): void {
    const line = parts.map((part) => {
      if (typeof part === 'string') return onOneLine(part)
      const text = onOneLine(part.text)
      return this.#parts.hasColours && sink.isTerminal ? styleText(part.style, text, { validateStream: false }) : text
    })
    sink.write(`${line.join('')}\n`)
  }
}
