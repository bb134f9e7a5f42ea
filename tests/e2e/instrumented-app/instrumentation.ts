export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ attach }, { hub }] = await Promise.all([import('@baro/next'), import('./hub.ts')])
  attach(hub, undefined, process.env.BARO_PAGES ? { pages: { cookies: [] } } : {})
}
