/** The kinds of apps that Baro is added to: what is written, what has to be installed, and what to do then. A closed table. */
import * as sample from './sample-files.ts'

/** The kinds, as `--kind` takes them. */
export const appKinds = ['next', 'express', 'vite'] as const

/** One of {@link appKinds}. */
export type AppKind = (typeof appKinds)[number]

/** What a kind needs. */
export interface KindNeeds {
  /** What it is called in a sentence. */
  readonly name: string
  /** Our packages that its files import, and those that these need as peers. */
  readonly ours: readonly string[]
  /** Where `npm run pack` puts them, below `tarballs`. */
  readonly tarballs: readonly string[]
  /** What npm has. */
  readonly others: readonly string[]
}

/** What each kind needs. */
export const kindNeeds: Readonly<Record<AppKind, KindNeeds>> = {
  next: {
    name: 'a Next.js app',
    ours: ['core', 'server', 'client', 'react', 'next'],
    tarballs: ['next/*.tgz'],
    others: ['zod'],
  },
  express: {
    name: 'an Express app',
    ours: ['core', 'server', 'client'],
    tarballs: ['node/*.tgz'],
    others: ['zod', 'tsx'],
  },
  vite: {
    name: 'a React app of Vite',
    ours: ['core', 'server', 'client', 'react'],
    // Both folders have core and client: named twice, a package manager would have to choose.
    tarballs: ['react/*.tgz', 'node/baro-server-*.tgz'],
    others: ['zod', 'tsx'],
  },
}

/** The files of a Next.js app, below the folder that `app` is in. */
export function nextFiles(folder: string, hasCacheComponents: boolean): ReadonlyMap<string, string> {
  return new Map([
    [`${folder}channels.ts`, sample.channels],
    [`${folder}instrumentation.ts`, sample.instrumentation],
    [`${folder}app/rooms/[id]/page.tsx`, hasCacheComponents ? sample.cachedPage : sample.revalidatedPage],
    [`${folder}app/rooms/[id]/room.tsx`, sample.pageRoom],
  ])
}

/**
 * The files of an Express app.
 *
 * @param isModule Whether its files are ES modules. If not, the client, which waits at its top, says by its name that it is one.
 */
export function expressFiles(isModule: boolean): ReadonlyMap<string, string> {
  return new Map([
    ['channels.ts', sample.channels],
    ['express.mjs', sample.express],
    [isModule ? 'client.ts' : 'client.mts', sample.client],
  ])
}

/** The files of a React app of Vite. */
export const viteFiles: ReadonlyMap<string, string> = new Map([
  ['channels.ts', sample.channels],
  ['server.ts', sample.server],
  ['src/live-room.tsx', sample.liveRoom],
])
