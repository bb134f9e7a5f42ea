import { createCssVariablesTheme, createHighlighterCore } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import bash from 'shiki/langs/bash.mjs'
import tsx from 'shiki/langs/tsx.mjs'

const theme = createCssVariablesTheme({ name: 'variables' })
const variable = /^var\(--shiki-(?:token-)?(\w[\w-]*)\)$/

/** What has no colour of its own needs no element of its own. */
const plain: ReadonlySet<string> = new Set(['foreground', 'punctuation', 'parameter'])

const highlighter = createHighlighterCore({
  themes: [theme],
  langs: [tsx, bash],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})
const made = new Map<string, Promise<readonly string[]>>()

/** The lines of a text as HTML. The colours are classes (`globals.css`), so one page does for both themes; without a language there are none. */
export function highlight(code: string, language: 'tsx' | 'bash' | undefined): Promise<readonly string[]> {
  const lines = made.get(code) ?? lineByLine(code, language)
  made.set(code, lines)
  return lines
}

async function lineByLine(code: string, lang: string | undefined): Promise<readonly string[]> {
  if (lang === undefined) return escaped(code).split('\n')
  const { tokens } = (await highlighter).codeToTokens(code, { lang, theme: 'variables' })
  return tokens.map((line) =>
    line.map(({ content, color = '' }) => colored(escaped(content), variable.exec(color)?.[1])).join(''),
  )
}

function colored(html: string, name: string | undefined): string {
  return name === undefined || plain.has(name) || html.trim() === '' ? html : `<i class="${name}">${html}</i>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
