/** What goes wrong in real life, once each: the command, the log and the inspector name the cause, as docs/debugging.md says. */
import type { NodesWhyAnswer } from '@baro/inspector'
import { describe, expect, test } from 'vitest'
import { asWritten, fragmentsOf, rowsOf } from '../test/failure-rows.ts'
import { failures } from '../test/failures.ts'
import { inspectorQuestion } from '../test/inspector-question.ts'
import { type Stage, serve } from '../test/stage.ts'

const [english, korean] = [rowsOf('docs/debugging.md'), rowsOf('docs/ko/debugging.md')]

/** All that an answer of the inspector shows: its outcome, its codes and its sentences. */
async function inspected({ url, inspectorKey }: Stage, question: URLSearchParams, lang: 'en' | 'ko'): Promise<string> {
  const response = await fetch(`${url}/inspect/api/why?${question}&lang=${lang}`, {
    headers: { authorization: `Bearer ${inspectorKey}` },
  })
  const { sessions, troubles } = (await response.json()) as NodesWhyAnswer
  const said = [...sessions, ...sessions.flatMap((one) => one.troubles), ...troubles]
  return said.map(({ code = '', sentence }) => `${code} ${sentence}`).join('\n')
}

/** What the headings of the page say of an outcome, and the API in a word. */
const headings = new Set(['Missed it', 'Got it live', '받지 못했습니다', '라이브로 받았습니다'])

describe.each(Object.entries(failures))('%s', (name, { options, handlers, happens }) => {
  test('is named by one command, by the log and by the inspector, as the page says', async () => {
    const stage = await serve(options, handlers)
    const argv = await happens(stage)
    const { out, err, code } = await stage.baro(...argv)
    expect(code, name).not.toBe(70)
    const logged = stage.lines.map((line) => `${String(line.code)} ${line.message}`).join('\n')
    const question = inspectorQuestion(argv)
    for (const [rows, lang] of [
      [english, 'en'],
      [korean, 'ko'],
    ] as const) {
      const row = rows[Object.keys(failures).indexOf(name)]
      if (!row) throw new Error(`The page in ${lang} has no row for it.`)
      if (lang === 'en') expect(row.what).toBe(name)
      expect(fragmentsOf(row.ask)).toEqual([`baro ${asWritten(argv)}`])
      for (const said of fragmentsOf(row.says)) expect(`${out}${err}`).toContain(said)
      agrees(row.log, logged)
      agrees(row.inspector, await inspected(stage, question, lang))
    }
  })
})

/** Says what the page says; where the page has a dash, of nothing but the end of a link. */
function agrees(cell: string, text: string): void {
  const said = fragmentsOf(cell).filter((one) => !headings.has(one))
  for (const one of said) expect(text).toContain(one)
  if (cell === '—') expect(text.split('\n').filter((line) => !/^(?:1006 .*)?$/.test(line))).toEqual([])
}

test('the page has a row for each of them, in both languages, and the same words for the command and the log', () => {
  expect(english.map(({ what }) => what)).toEqual(Object.keys(failures))
  expect(korean.map(({ ask, says, log }) => [ask, says, log])).toEqual(
    english.map(({ ask, says, log }) => [ask, says, log]),
  )
  expect(english.length).toBeGreaterThanOrEqual(20)
})
