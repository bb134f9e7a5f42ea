import type { NodesWhyAnswer } from '../inspection-api.ts'
import { el, field, refill } from './elements.ts'
import { journal } from './session.ts'
import { type Page, placeOf, timeOf, type View, whenChanged } from './view.ts'

/** Why somebody missed something; without anybody, what went wrong. */
export function why(page: Page, query: URLSearchParams): View {
  const { words } = page
  const answered = el('div', { 'aria-live': 'polite' })
  const publication = query.get('publication') ?? ''
  const asked = new URLSearchParams([...query].filter(([name, value]) => name !== 'publication' && value !== ''))
  if (publication !== '') asked.set(/^\d+$/.test(publication) ? 'offset' : 'id', publication)
  const show = whenChanged((answer: NodesWhyAnswer) =>
    refill(
      answered,
      publication !== '' && !answer.publication ? el('p', { class: 'warn' }, words.notFound) : undefined,
      answer.publication &&
        el(
          'p',
          {},
          `#${answer.publication.offset} ${answer.publication.type} ${timeOf(page, answer.publication.timeMs)}`,
        ),
      ...answer.sessions.map((one) => sessionAnswer(page, one)),
      answer.sessions.length === 0 && asked.size > 0 ? el('p', {}, words.nobody) : undefined,
      troubles(page, answer.troubles),
      el(
        'p',
        { class: 'quiet' },
        answer.journals
          .map(({ node, sinceMs }) => `${node}: ${words.journalSince} ${timeOf(page, sinceMs)}`)
          .join(' · '),
      ),
    ),
  )
  const ask = (event: Event): void => {
    event.preventDefault()
    const given = [...new FormData(event.target as HTMLFormElement)].map(([name, value]) => [
      name,
      String(value).trim(),
    ])
    location.hash = `#/why?${new URLSearchParams(given.filter(([, value]) => value !== ''))}`
  }
  return {
    root: el(
      'section',
      {},
      el('h2', {}, words.whyTitle),
      el('form', { submit: ask }, questionFields(page, query), el('button', {}, words.ask)),
      answered,
    ),
    update: async () => show(await page.ask(`/why?${new URLSearchParams([...asked, ['lang', page.language]])}`)),
  }
}

function sessionAnswer(page: Page, one: NodesWhyAnswer['sessions'][number]): HTMLElement {
  const { words } = page
  const { outcome, session } = one
  const mark =
    outcome === 'missed' ? 'bad' : outcome === undefined || outcome === 'unknown' || outcome === 'waiting' ? '' : 'good'
  return el(
    'article',
    {},
    el('h3', {}, outcome === undefined ? (one.user ?? words.guest) : words[`outcome-${outcome}`]),
    el('p', { class: mark }, one.sentence, ...(one.code === undefined ? [] : [' ', el('code', {}, String(one.code))])),
    el(
      'p',
      {},
      session === undefined ? undefined : el('a', { href: placeOf('sessions', session), 'data-key': session }, session),
      ` ${one.user ?? words.guest} · ${one.rung ?? ''} · ${one.node}`,
    ),
    // What is said already is not said again.
    troubles(
      page,
      one.troubles.filter(({ sentence }) => sentence !== one.sentence),
    ),
    el('details', {}, el('summary', { 'data-key': `journal ${session}` }, words.journal), journal(page, one.events)),
  )
}

function troubles(page: Page, all: NodesWhyAnswer['sessions'][number]['troubles']): HTMLElement | undefined {
  if (all.length === 0) return undefined
  return el(
    'div',
    {},
    el('h4', {}, page.words.troubles),
    el(
      'ol',
      { class: 'journal' },
      all.map((one) =>
        el('li', {}, el('time', {}, timeOf(page, one.atMs)), ' ', el('code', {}, String(one.code)), ` ${one.sentence}`),
      ),
    ),
  )
}

function questionFields({ words }: Page, query: URLSearchParams): readonly HTMLElement[] {
  const value = (name: string) => query.get(name) ?? ''
  return [
    field(words.user, 'user', value('user')),
    field(words.session, 'session', value('session')),
    field(words.channel, 'channel', value('channel')),
    field(words.orId, 'publication', value('publication')),
  ]
}
