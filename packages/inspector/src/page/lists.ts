import type { ChannelsAnswer, NodesAnswer, SessionsAnswer } from '../inspection-api.ts'
import { el, field, refill, table } from './elements.ts'
import { type Page, placeOf, timeOf, type View, whenChanged } from './view.ts'

/** The nodes of the hub. */
export function nodes(page: Page): View {
  const { words } = page
  const list = el('div')
  const show = whenChanged(({ nodes: all, here }: NodesAnswer) => {
    const heads = [
      words.node,
      words.health,
      words.sessions,
      words.subscriptions,
      words.channels,
      words.published,
      words.rejected,
      words.journalSince,
    ]
    const rows = all.map((one) => [
      el('span', {}, one.node, one.node === here ? ` (${words.here})` : ''),
      el('span', { class: `is-${one.health}` }, words[one.health]),
      ...[one.sessions, one.subscriptions, one.channels, one.published, one.rejected],
      timeOf(page, one.journalSinceMs),
    ])
    refill(list, table(words.nodes, heads, rows))
  })
  return {
    root: el('section', {}, el('h2', {}, words.nodes), list),
    update: async () => show(await page.ask('/nodes')),
  }
}

/** The sessions that are open. */
export function sessions(page: Page, query: URLSearchParams): View {
  const { words } = page
  const list = el('div')
  const show = whenChanged(({ sessions: all, total }: SessionsAnswer) => {
    if (all.length === 0) return refill(list, el('p', {}, words.none))
    const heads = [words.session, words.user, words.rung, words.since, words.follows, words.waiting, words.node]
    const rows = all.map((one) => [
      el('a', { href: placeOf('sessions', one.session), 'data-key': one.session }, one.session),
      one.user ?? words.guest,
      one.rung,
      one.sinceMs === undefined ? '' : timeOf(page, one.sinceMs),
      el(
        'span',
        {},
        one.follows.flatMap(({ channel, is, offset }) => [
          el('a', { href: placeOf('channels', channel), 'data-key': `${one.session} ${channel}` }, channel),
          ` ${words[`is-${is}`]}${offset === undefined ? '' : ` ${offset}`} `,
        ]),
      ),
      `${one.waitingBytes} B`,
      one.node,
    ])
    refill(list, el('p', {}, `${words.listed}: ${all.length} / ${total}`), table(words.sessions, heads, rows))
  })
  const [user, channel] = [query.get('user') ?? '', query.get('channel') ?? '']
  const filter = (event: Event): void => {
    event.preventDefault()
    const given = new FormData(event.target as HTMLFormElement)
    location.hash = `#/sessions?${new URLSearchParams([...given].map(([name, value]) => [name, String(value)]))}`
  }
  return {
    root: el(
      'section',
      {},
      el('h2', {}, words.sessions),
      el(
        'form',
        { submit: filter },
        field(words.user, 'user', user),
        field(words.channel, 'channel', channel),
        el('button', {}, words.filter),
      ),
      list,
    ),
    update: async () => show(await page.ask(`/sessions?${new URLSearchParams({ user, channel })}`)),
  }
}

/** The channels that somebody follows. */
export function channels(page: Page): View {
  const { words } = page
  const list = el('div')
  const show = whenChanged(({ channels: all, definitions }: ChannelsAnswer) => {
    const rows = all.map((one) => [
      el('a', { href: placeOf('channels', one.channel), 'data-key': one.channel }, one.channel),
      one.pattern,
      ...[one.offset, one.readers, one.nodes],
    ])
    refill(
      list,
      all.length === 0
        ? el('p', {}, words.none)
        : table(words.channels, [words.channel, words.pattern, words.offset, words.readers, words.nodes], rows),
      el('p', { class: 'quiet' }, `${words.pattern}: ${definitions.map(({ pattern }) => pattern).join(', ')}`),
    )
  })
  const open = (event: Event): void => {
    event.preventDefault()
    location.hash = placeOf('channels', String(new FormData(event.target as HTMLFormElement).get('name')))
  }
  return {
    root: el(
      'section',
      {},
      el('h2', {}, words.channels),
      el(
        'form',
        { submit: open },
        field(words.openChannel, 'name', '', { required: true }),
        el('button', {}, words.open),
      ),
      list,
    ),
    update: async () => show(await page.ask('/channels')),
  }
}
