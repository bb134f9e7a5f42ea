/** What a page loads. `npm run size` fails when a row grows beyond its limit; lower a limit with every saving. */

/** Leaves out what `import()` names: it is loaded later, if at all. */
const onlyFirstLoad = {
  name: 'only-first-load',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
}

const row = (name, path, limit) => ({
  name,
  path: `packages/client/dist/${path}`,
  limit,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', plugins: [onlyFirstLoad] }),
})

export default [
  row('who is here, beside the client', 'members.js', '2.23 kB'),
  row('@baro/client over WebSocket alone', 'websocket.js', '9.76 kB'),
  row('@baro/client with all rungs, before the first connection', 'index.js', '12.53 kB'),
  row(
    'the ladder and the HTTP rungs, loaded where they are needed, with what they share',
    'client/whole-ladder.js',
    '4.66 kB',
  ),
]
