/** A page of the navigation. */
export interface Section {
  readonly id: string
  /** Without its language. */
  readonly path: string
}

/** What the site consists of: each page answers one question. */
export const topics = [
  { id: 'home', path: '' },
  { id: 'demos', path: '/demos' },
  { id: 'compare', path: '/compare' },
  { id: 'benchmarks', path: '/benchmarks' },
  { id: 'docs', path: '/docs' },
] as const satisfies readonly Section[]

/** What one can try, in the order of the page that lists them. Its name and its hint are words of both languages. */
export const demos = [
  { id: 'rooms', path: '/rooms/1' },
  { id: 'board', path: '/board' },
  { id: 'play', path: '/play' },
  { id: 'transports', path: '/transports' },
  { id: 'device', path: '/device' },
  { id: 'compat', path: '/compat' },
  { id: 'machine', path: '/machine' },
  { id: 'how', path: '/how' },
  { id: 'stream', path: '/stream' },
  { id: 'inbox', path: '/inbox' },
  { id: 'write', path: '/write/1' },
  { id: 'news', path: '/news' },
  { id: 'shop', path: '/shop' },
  { id: 'market', path: '/market' },
] as const satisfies readonly Section[]

export type DemoId = (typeof demos)[number]['id']

/** Where a page belongs in the navigation. */
export type SectionId = (typeof topics)[number]['id'] | DemoId | 'account'

export function isDemo(id: SectionId | undefined): id is DemoId {
  return demos.some((demo) => demo.id === id)
}
