import { createRequire } from 'node:module'
import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_BUILD, PHASE_PRODUCTION_SERVER } from 'next/constants.js'

const config = (phase: string): NextConfig => ({
  poweredByHeader: false,
  devIndicators: false,
  // The packages are links into this repository, so the root of the build is the repository.
  turbopack: {
    root: `${import.meta.dirname}/../..`,
    resolveAlias: { 'zod/mini': { browser: './channels/no-schemas.ts' } },
  },
  experimental: {
    inlineCss: true,
    // A server that runs by tsx reads the map of each module of each page when it starts: a fifth of that time.
    ...(phase === PHASE_PRODUCTION_BUILD && { turbopackSourceMaps: false }),
    // It is for the next build in this folder: where tests begin with a fresh one there is none.
    ...(process.env.CI && { turbopackFileSystemCacheForBuild: false }),
  },
  // One loads a native module, the other starts a thread from a file of its own: no bundle can hold them.
  serverExternalPackages: ['@baro/disk', '@baro/postgres'],
  outputFileTracingRoot: `${import.meta.dirname}/../..`,
  // Next's cache lies on the page store of the hub, which a build does not have.
  ...(phase === PHASE_PRODUCTION_SERVER && {
    cacheHandler: createRequire(import.meta.url).resolve('@baro/next/cache-handler'),
    cacheMaxMemorySize: 0,
  }),
})

export default config
