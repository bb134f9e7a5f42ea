/** Whether this process only builds the pages: it serves nobody, so there is no hub. */
export function isBuilding(): boolean {
  return process.env.NEXT_PHASE === 'phase-production-build'
}

/** Whether this code runs in Next's edge runtime, which has no HTTP server to attach to. */
export function isEdge(): boolean {
  return process.env.NEXT_RUNTIME === 'edge'
}

/** Whether pages are served as they were built. */
export function isProduction(): boolean {
  return process.env.NODE_ENV === 'production'
}
