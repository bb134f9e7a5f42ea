import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

const config = (phase: string): NextConfig => ({
  // Nobody debugs it or builds it again: a quarter of the time of its build.
  experimental: { turbopackFileSystemCacheForBuild: false, turbopackSourceMaps: false },
  turbopack: { root: `${import.meta.dirname}/../../..` },
  // The same build is served with Next's own cache, and with that of the hub.
  ...(phase === PHASE_PRODUCTION_SERVER &&
    process.env.BARO_CACHE && {
      cacheHandler: `${import.meta.dirname}/../../../packages/next/dist/cache-handler.js`,
      cacheMaxMemorySize: 0,
    }),
})

export default config
