import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

const config = (phase: string): NextConfig => ({
  cacheComponents: true,
  // Nobody downloads it, packs it up or builds it again: a third of the time of its build.
  webpack: (settings) => ({
    ...settings,
    cache: false,
    optimization: { ...settings.optimization, minimize: false },
  }),
  outputFileTracingExcludes: { '*': ['**/*'] },
  // The same build is served with Next's own cache, and with that of the hub.
  ...(phase === PHASE_PRODUCTION_SERVER &&
    process.env.BARO_CACHE && {
      cacheHandler: `${import.meta.dirname}/../../../packages/next/dist/cache-handler.js`,
      cacheHandlers: { default: `${import.meta.dirname}/../../../packages/next/dist/use-cache-handler.js` },
      cacheMaxMemorySize: 0,
    }),
})

export default config
