export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ attach }, { createHub }, { headline }] = await Promise.all([
    import('@baro/next'),
    import('@baro/server'),
    import('../channel.ts'),
  ])
  const hub = createHub({ channels: [headline] })
  hub.on(headline, { access: 'public' })
  attach(hub, undefined, process.env.BARO_PAGES ? { pages: { cookies: [] } } : {})
}
