import type { SeenFrame, SeenHandOver } from '@baro/server/parts'
import type { FramesAnswer, SessionAnswer, ToldEvent } from '../inspection-api.ts'
import { el, json, refill, table } from './elements.ts'
import { type Page, placeOf, timeOf, type View, whenChanged } from './view.ts'

const mostFrames = 300

/** One session: its hand-overs, its journal, its frames. */
export function session(page: Page, id: string): View {
  const { words } = page
  const facts = el('div')
  const frames = el('div', { class: 'rows' })
  const show = whenChanged((answer: SessionAnswer) => {
    const { open } = answer
    refill(
      facts,
      open
        ? el(
            'p',
            {},
            `${open.user ?? words.guest} · ${open.rung} · ${words.node} ${open.node} · ${words.waiting} ${open.waitingBytes} B`,
          )
        : el('p', {}, words.ended),
      el('p', {}, el('a', { href: `#/why?session=${encodeURIComponent(id)}`, 'data-key': 'why' }, words.whyTitle)),
      el('h3', {}, words.handOvers),
      el(
        'ul',
        { class: 'proofs' },
        answer.handOvers.map((one) => proof(page, one)),
      ),
      el('h3', {}, words.journal),
      el('p', { class: 'quiet' }, `${words.journalBegins} ${timeOf(page, answer.sinceMs)}`),
      journal(page, answer.events),
    )
  })
  let after = 0
  let isLooking = false
  const seen: SeenFrame[] = []
  const look = async (): Promise<void> => {
    const answer = await page.ask<FramesAnswer>(`/sessions/${encodeURIComponent(id)}/frames?after=${after}`)
    after = answer.next
    seen.push(...answer.frames)
    seen.splice(0, seen.length - mostFrames)
    if (!answer.hasFrames) return refill(frames, el('p', {}, words.noFrames))
    if (answer.frames.length > 0 || seen.length === 0)
      refill(frames, el('p', { class: 'quiet' }, words.framesNote), frameTable(page, seen))
  }
  const begin = (): void => {
    isLooking = true
    void look()
  }
  return {
    root: el(
      'section',
      {},
      el('h2', {}, `${words.session} `, el('code', {}, id)),
      facts,
      el('h3', {}, words.frames),
      el('button', { type: 'button', click: begin }, words.showFrames),
      frames,
    ),
    async update() {
      show(await page.ask(`/sessions/${encodeURIComponent(id)}?lang=${page.language}`))
      if (isLooking) await look()
    },
  }
}

/** Rendered at 41, resumed at 41, first live 42, 0 missing. */
function proof({ words, ...page }: Page, one: SeenHandOver): HTMLElement {
  const step = (label: string, value: string | number, mark = '') =>
    el('span', { class: `step ${mark}` }, el('small', {}, label), el('strong', {}, value))
  const rendered = typeof one.renderedAt === 'number' ? one.renderedAt : words[`from-${one.renderedAt}`]
  const steps = [step(words.renderedAt, rendered)]
  if (one.outcome === 'asked') steps.push(step(words.resumedAt, words.noAnswer))
  else {
    const resumed = one.resumedAt ?? words.notKnown
    steps.push(
      step(
        one.outcome === 'reset' ? words.newestState : words.resumedAt,
        one.reason ? `${resumed} (${one.reason})` : resumed,
      ),
    )
    if (one.outcome === 'recovered') steps.push(step(words.caughtUp, one.caughtUp))
    steps.push(step(words.firstLive, one.firstLive ?? words.notYet))
    steps.push(
      step(words.missing, one.missing ?? words.notKnown, one.missing === 0 ? 'good' : one.missing ? 'bad' : ''),
    )
  }
  return el(
    'li',
    {},
    el('a', { href: placeOf('channels', one.channel), 'data-key': `${one.atMs} ${one.channel}` }, one.channel),
    ` ${timeOf({ words, ...page }, one.atMs)} `,
    el('span', { class: 'steps' }, steps),
  )
}

/** Events in words, newest first. */
export function journal(page: Page, events: readonly ToldEvent[]): HTMLElement {
  const { words } = page
  if (events.length === 0) return el('p', {}, words.none)
  return el(
    'ol',
    { class: 'journal' },
    events.toReversed().map((event) => {
      const { channel } = event as { readonly channel?: string }
      return el(
        'li',
        {},
        el('time', {}, timeOf(page, event.atMs)),
        ' ',
        channel === undefined ? undefined : el('code', {}, channel),
        ` ${event.sentence}`,
        event.times > 1 ? ` (${event.times} ${words.times})` : undefined,
      )
    }),
  )
}

function frameTable(page: Page, frames: readonly SeenFrame[]): HTMLElement {
  const { words } = page
  const rows = frames
    .toReversed()
    .map((one) => [
      ...[one.number, timeOf(page, one.atMs), words[one.way]],
      one.isCompressed ? `${one.kind}, ${words.compressed}` : one.kind,
      ...[one.bytes, one.type ?? '', one.channel ?? ''],
      one.message === undefined
        ? ''
        : el(
            'details',
            {},
            el('summary', { 'data-key': `frame ${one.number}` }, words.message),
            json(one.message, `${words.message} ${one.number}`),
          ),
    ])
  return table(
    words.frames,
    ['#', words.time, words.way, words.kind, words.bytes, words.type, words.channel, words.message],
    rows,
  )
}
