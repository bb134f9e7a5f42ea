import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

const root = `${import.meta.dirname}/../../../..`

// One build for both: `next start` with its own cache, and the pages of the hub in front of it.
export default (phase: string): NextConfig => ({
  turbopack: { root },
  typescript: { ignoreBuildErrors: true },
  ...(phase === PHASE_PRODUCTION_SERVER &&
    process.env.BARO_PAGES && { cacheHandler: `${root}/packages/next/dist/cache-handler.js`, cacheMaxMemorySize: 0 }),
})
