import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  // The packages are links into this repository, so the root of the build is the repository.
  turbopack: { root: `${import.meta.dirname}/../..` },
  experimental: { inlineCss: true },
  outputFileTracingRoot: `${import.meta.dirname}/../..`,
}

export default config
