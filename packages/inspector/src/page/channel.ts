import type { Members } from '@baro/core'
import type { SeenPublication } from '@baro/server/parts'
import type { ChannelAnswer, MembersAnswer, PublishAnswer, StateAnswer, TailEvent } from '../inspection-api.ts'
import { el, json, refill, table } from './elements.ts'
import { type Page, placeOf, timeOf, type View, whenChanged } from './view.ts'

const mostShown = 200

/** One channel: what comes, who is here, its states. */
export function channel(page: Page, name: string, part: string): View {
  const { words } = page
  const parts = { tail: words.tail, members: words.members, state: words.state }
  const shown = part === 'members' ? members(page, name) : part === 'state' ? states(page, name) : tail(page, name)
  const links = Object.entries(parts).map(([place, label]) =>
    el(
      'a',
      { href: placeOf('channels', name, `/${place}`), 'aria-current': place === (part || 'tail') ? 'page' : undefined },
      label,
    ),
  )
  return {
    ...shown,
    root: el(
      'section',
      {},
      el('h2', {}, `${words.channel} `, el('code', {}, name)),
      el('nav', { class: 'parts', 'aria-label': name }, links),
      shown.root,
    ),
  }
}

function pathOf(name: string, rest = ''): string {
  return `/channels/${name}${rest}`
}

function tail(page: Page, name: string): View {
  const { words } = page
  const list = el('ol', { class: 'tail', 'aria-label': words.tail })
  const sending = el('div')
  const add = (...children: readonly (Node | string)[]): void => {
    list.prepend(el('li', {}, ...children))
    while (list.childElementCount > mostShown) list.lastElementChild?.remove()
  }
  let last = 0
  const published = (publications: readonly SeenPublication[]): void => {
    for (const one of publications)
      if (one.offset > last) {
        last = one.offset
        add(
          el('strong', {}, `#${one.offset}`),
          ` ${timeOf(page, one.timeMs)} `,
          el('b', {}, one.type),
          one.by === undefined ? '' : ` ${words.by} ${one.by}`,
          ' ',
          json(one.payload),
        )
      }
  }
  const take = (event: TailEvent): void => {
    if (event.is === 'published') published(event.publications)
    else if (event.is === 'signalled')
      add(
        el('em', {}, words.signal),
        ' ',
        el('b', {}, event.type),
        event.by === undefined ? '' : ` ${words.by} ${event.by}`,
        ' ',
        json(event.payload),
      )
    else if (event.is === 'left-out') add(`${event.messages} ${words.leftOut}`)
    else {
      last = 0
      add(words.begunAnew)
    }
  }
  const source = new EventSource(`${page.api}${pathOf(name, '/tail')}`)
  source.onmessage = ({ data }) => take(JSON.parse(data) as TailEvent)
  // What came while the stream was away, or before it was open, stands in history.
  source.onopen = async () => {
    const answer = await page.ask<ChannelAnswer>(pathOf(name, '?limit=100'))
    if (answer.head < last) last = 0
    published(answer.publications)
    if (answer.mayPublish && !sending.hasChildNodes()) sending.append(publishing(page, name, answer))
  }
  let isThere = false
  return {
    root: el('div', {}, sending, list),
    async update() {
      // An event stream does not tell why it was refused.
      if (!isThere) await page.ask(pathOf(name, '?limit=1'))
      isThere = true
    },
    close: () => source.close(),
  }
}

function publishing(page: Page, name: string, { definition, publications }: ChannelAnswer): HTMLElement {
  const { words } = page
  const types = el(
    'select',
    { name: 'type' },
    definition.events.map((type) => el('option', {}, type)),
  )
  const payload = el('textarea', { name: 'payload', rows: 3, spellcheck: 'false' })
  const said = el('p', { role: 'status' })
  const likeTheLast = (): void => {
    const newest = publications.findLast(({ type }) => type === types.value)
    payload.value = JSON.stringify(newest?.payload ?? {})
  }
  types.addEventListener('change', likeTheLast)
  likeTheLast()
  const publish = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      JSON.parse(payload.value)
    } catch {
      said.textContent = words.notJson
      return
    }
    const body = `{"type":${JSON.stringify(types.value)},"payload":${payload.value}}`
    try {
      const { id } = await page.ask<PublishAnswer>(pathOf(name), { method: 'POST', body })
      said.textContent = `${words.publishedAt} ${id}`
    } catch (error) {
      said.textContent = String((error as Error).message)
    }
  }
  return el(
    'details',
    {},
    el('summary', {}, words.publish),
    el('p', { class: 'quiet' }, words.publishNote),
    el(
      'form',
      { submit: (event) => void publish(event) },
      el('label', {}, el('span', {}, words.type), types),
      el('label', { class: 'whole' }, el('span', {}, words.payload), payload),
      el('button', {}, words.publish),
    ),
    said,
  )
}

function members(page: Page, name: string): View {
  const { words } = page
  const list = el('div')
  const show = whenChanged((answer: MembersAnswer) => {
    if (answer.members === null) return refill(list, el('p', {}, words.noMembers))
    const { count, list: all = [] } = answer.members as unknown as Members
    const rows = all.map((one) => [one.id, one.user ?? words.guest, timeOf(page, one.since), json(one.state)])
    refill(
      list,
      el('p', {}, `${words.members}: ${count}`),
      all.length > 0 ? table(words.members, [words.member, words.user, words.since, words.says], rows) : undefined,
    )
  })
  return { root: list, update: async () => show(await page.ask(pathOf(name, '/members'))) }
}

function states(page: Page, name: string): View {
  const { words } = page
  const shown = el('div')
  const range = el('input', { type: 'range', name: 'at', step: 1, 'aria-label': words.at })
  const number = el('output', {})
  const back = el('button', { type: 'button' }, words.previous)
  const on = el('button', { type: 'button' }, words.next)
  let asked = 0
  let now: StateAnswer | undefined
  const go = async (at?: number): Promise<void> => {
    const mine = ++asked
    const answer = await page.ask<StateAnswer>(pathOf(name, `/state${at === undefined ? '' : `?at=${at}`}`))
    if (mine !== asked) return
    now = answer
    range.min = String(answer.floor)
    range.max = String(answer.head)
    range.value = String(at ?? answer.at)
    number.textContent = `${answer.at} / ${answer.head}`
    back.disabled = answer.previous === undefined
    on.disabled = answer.next === undefined
    show(answer)
  }
  const show = (answer: StateAnswer): void => {
    const { publication, changes, reducer } = answer
    refill(
      shown,
      answer.isExact
        ? undefined
        : el('p', { class: 'warn' }, words.notExact.replace('{0}', String(answer.base.offset))),
      publication &&
        el(
          'p',
          {},
          `${words.publicationAt}: `,
          el('b', {}, publication.type),
          ` ${timeOf(page, publication.timeMs)}${publication.by === undefined ? '' : ` ${words.by} ${publication.by}`} `,
          json(publication.payload),
        ),
      reducer && el('p', {}, `${words.reducer}: ${reducer === 'none' ? words.noReducer : words[reducer]}`),
      changes.length > 0
        ? table(
            words.changes,
            [words.path, words.before, words.after],
            changes.map(({ path, before, after }) => [
              el('code', {}, path || '/'),
              before === undefined ? words.nothing : json(before),
              after === undefined ? words.nothing : json(after),
            ]),
          )
        : undefined,
      json(answer.state, words.state),
    )
  }
  const failed = (error: Error): void => refill(shown, el('p', { class: 'warn' }, error.message))
  range.addEventListener('input', () => void go(Number(range.value)).catch(failed))
  back.addEventListener('click', () => void go(now?.previous).catch(failed))
  on.addEventListener('click', () => void go(now?.next).catch(failed))
  void go().catch(failed)
  return { root: el('div', {}, el('div', { class: 'travel' }, back, range, on, number), shown) }
}
