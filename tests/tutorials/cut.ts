/** What is said before a cut, in it and after it, and what a page shows of that. */
import type { Page } from 'playwright-core'
import { WebSocket } from 'ws'
import type { OpenPage } from './stage.ts'

/** Somebody else says this at a server. */
export type Say = (port: number, text: string, isOurs: boolean) => Promise<unknown>

/** Says it on a WebSocket: at this path of ours, or at `/` of a tutorial’s. */
export const bySocket =
  (path: string, messages: (text: string) => readonly string[]): Say =>
  (port, text, isOurs) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://localhost:${port}${isOurs ? path : '/'}`)
      const rest = [...messages(text)]
      const next = () => socket.send(rest.shift() ?? '')
      socket.on('open', next)
      socket.on('message', (data) => {
        // The server sends to all: so it has been said when it is heard.
        if (data.toString().includes(text)) resolve(socket.close())
        else if (rest.length > 0) next()
      })
      socket.on('error', reject)
    })

/** Of what was said before, in and after a cut: what the page shows in the end. */
export type Outcome = readonly ('before' | 'meanwhile' | 'later')[]

export const [onlyBefore, notMeanwhile, all] = [
  ['before'],
  ['before', 'later'],
  ['before', 'meanwhile', 'later'],
] as const satisfies readonly Outcome[]

let told = 0

/** What a page shows in the end of what was said before a cut, in it and after it. */
export async function seenThroughCut(
  one: OpenPage,
  say: (text: string) => Promise<unknown>,
  { sends, comesBack }: { readonly sends: boolean; readonly comesBack: boolean },
): Promise<readonly string[]> {
  const name = `of cut ${++told}`
  const tell = (text: string) => say(`${text} ${name}`)
  await untilShown(one, `before ${name}`, () => tell('before'))
  if (sends) await send(one.page, `mine ${name}`)
  one.cut()
  await tell('meanwhile')
  one.mend()
  if (comesBack) await untilShown(one, `later ${name}`, () => tell('later'))
  else {
    await one.page.clock.fastForward(600_000)
    await tell('later')
  }
  const shown = await one.shown()
  await one.close()
  return outcomeIn(shown.filter((text) => text.endsWith(name)).map((text) => text.slice(0, -name.length - 1)))
}

/** Says it until the page shows it: it may not be connected yet. */
export async function untilShown(one: OpenPage, text: string, tell: () => Promise<unknown>): Promise<void> {
  while (!(await one.shown()).includes(text)) {
    await tell()
    await one.page.clock.runFor(500)
  }
}

/** Sends it by the form of the page, and sees it come back. */
async function send(page: Page, text: string): Promise<void> {
  await page.fill('#input', text)
  await page.press('#input', 'Enter')
  await page.getByText(text).waitFor()
}

/** What was said until it was shown may be there several times. What was said once may not. */
export function outcomeIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => text !== 'mine' && (text === 'meanwhile' || texts.indexOf(text) === index))
}
