import { createRequire } from 'node:module'
import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

const config = (phase: string): NextConfig => ({
  poweredByHeader: false,
  devIndicators: false,
  // The packages are links into this repository, so the root of the build is the repository.
  turbopack: {
    root: `${import.meta.dirname}/../..`,
    resolveAlias: { 'zod/mini': { browser: './channels/no-schemas.ts' } },
  },
  experimental: { inlineCss: true },
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
