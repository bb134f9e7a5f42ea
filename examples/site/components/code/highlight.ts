import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HighlighterCore } from 'shiki/core'
import shiki from 'shiki/package.json' with { type: 'json' }

const variable = /^var\(--shiki-(?:token-)?(\w[\w-]*)\)$/

/** What has no colour of its own needs no element of its own. */
const plain: ReadonlySet<string> = new Set(['foreground', 'punctuation', 'parameter'])

let highlighter: Promise<HighlighterCore> | undefined
const made = new Map<string, Promise<readonly string[]>>()

/** The lines of a text as HTML. The colours are classes (`globals.css`), so one page does for both themes; without a language there are none. */
export function highlight(code: string, language: 'tsx' | 'bash' | undefined): Promise<readonly string[]> {
  const lines = made.get(code) ?? (language === undefined ? plainly(code) : kept(code, language))
  made.set(code, lines)
  return lines
}

async function plainly(code: string): Promise<readonly string[]> {
  return escaped(code).split('\n')
}

const folder = join(process.cwd(), '.next/cache/highlighted')

/**
 * What the build has coloured is kept beside it: to colour it again took a quarter of the time that a server needed to start. A
 * file that cannot be read, or only a part of it, is made once more.
 */
async function kept(code: string, language: 'tsx' | 'bash'): Promise<readonly string[]> {
  const key = createHash('sha256').update(`${shiki.version}\n${language}\n${code}`)
  const file = join(folder, `${key.digest('hex')}.json`)
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    const lines = await lineByLine(code, language)
    // No visitor waits for the disk, and where nothing can be written it is only slower.
    void mkdir(folder, { recursive: true })
      .then(() => writeFile(file, JSON.stringify(lines)))
      .catch(() => {})
    return lines
  }
}

async function lineByLine(code: string, lang: string): Promise<readonly string[]> {
  highlighter ??= createHighlighter()
  const { tokens } = (await highlighter).codeToTokens(code, { lang, theme: 'variables' })
  return tokens.map((line) =>
    line.map(({ content, color = '' }) => colored(escaped(content), variable.exec(color)?.[1])).join(''),
  )
}

async function createHighlighter(): Promise<HighlighterCore> {
  const [{ createCssVariablesTheme, createHighlighterCore }, { createJavaScriptRegexEngine }, bash, tsx] =
    await Promise.all([
      import('shiki/core'),
      import('shiki/engine/javascript'),
      import('shiki/langs/bash.mjs'),
      import('shiki/langs/tsx.mjs'),
    ])
  return createHighlighterCore({
    themes: [createCssVariablesTheme({ name: 'variables' })],
    langs: [tsx.default, bash.default],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  })
}

function colored(html: string, name: string | undefined): string {
  return name === undefined || plain.has(name) || html.trim() === '' ? html : `<i class="${name}">${html}</i>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
