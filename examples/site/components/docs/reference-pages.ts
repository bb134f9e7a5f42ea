/** The pages of the API reference, one for each name that may be imported, in the order of reading: without `@baro/`. */
export const referencePages = [
  'core',
  'server',
  'client',
  'client/members',
  'client/websocket',
  'client/transports',
  'react',
  'next',
  'next/refresh',
  'next/cache-handler',
  'next/use-cache-handler',
  'jwt',
  'sanitize',
  'disk',
  'redis',
  'postgres',
  'postgres/table',
  'postgres/embedded',
  'socket.io',
  'supabase',
  'metrics',
  'metrics/tracing',
  'inspector',
  'cli',
  'core/protocol',
  'core/broker',
  'core/explain',
  'server/parts',
  'disk/folder-lock',
  'testing',
  'testing/broker-suite',
  'testing/page-store-suite',
  'testing/redis',
] as const

export type ReferencePage = (typeof referencePages)[number]

/** Where the pages are made, from the root of the repository (`reference/`). */
const folder = '.cache/reference/'

/** The file that lists them. */
export const referenceIndex = `${folder}index.md`

export function referenceFile(page: ReferencePage): string {
  return `${folder}@baro/${page}.md`
}

/** Which page a file is, after `/docs`: `/api` for the list, and for what the repository says of it; `undefined` if it is none. */
export function referencePath(file: string): string | undefined {
  if (file === referenceIndex || file === 'reference/README.md') return '/api'
  const page = referencePages.find((page) => referenceFile(page) === file)
  return page && `/api/${page}`
}

export function isReferencePage(page: string): page is ReferencePage {
  return referencePages.some((one) => one === page)
}
