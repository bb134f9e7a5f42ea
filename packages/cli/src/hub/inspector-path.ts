/** Where the inspector answers below the path of its hub. */
export function inspectorPath(...segments: readonly string[]): string {
  return ['/inspect/api', ...segments.map(encodeURIComponent)].join('/')
}
