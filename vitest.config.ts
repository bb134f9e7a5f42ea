import { defineConfig } from 'vitest/config'

/**
 * Those that bring up servers, browsers or attackers. Beside what computes, a page may take half a minute to load; four of them
 * beside each other mostly wait.
 */
const apart = [
  'tests/e2e/**/*.test.ts',
  'tests/hostile/**/*.test.ts',
  'tests/disk/**/*.test.ts',
  'tests/storm/**/*.test.ts',
  'tests/embedded/**/*.test.ts',
  'packages/redis/src/**/*.test.ts',
  'tests/nodes/**/*.test.ts',
  'tests/redaction/{redis-files,bad-input}.test.ts',
  'tests/supabase/runtimes.test.ts',
  'tests/ssr/ssr.test.ts',
  'tests/tutorials/*.test.ts',
]

/** They kill, cut and restart for minutes, or try every payload: `npm run test:long` runs them, and the test command does not. */
const long = [
  'tests/e2e/cluster.test.ts',
  'tests/e2e/dev.test.ts',
  'tests/e2e/injection.test.ts',
  'tests/e2e/kills.test.ts',
  'tests/e2e/process.test.ts',
  'tests/e2e/refreshes.test.ts',
  'tests/e2e/inbox.test.ts',
  'tests/e2e/play.test.ts',
  'tests/e2e/write.test.ts',
  'tests/embedded/embedded.test.ts',
  'tests/storm/three-nodes.test.ts',
]
const leftOut = process.env.BARO_WHOLE === undefined ? long : []

/** They visit the site and change nothing that others see: those of one process visit one site, one after the other. */
const ofOneSite = [
  'tests/e2e/{accessibility,attachments,board,break-it,compare,compat,composing,device}.test.ts',
  'tests/e2e/{form,hand-over,ladder,navigation,speakers,stream,tabs,transports}.test.ts',
]

/** The modules of these are loaded once for all files: that takes longer than most of them do. */
const ofOneWorld = [
  'packages/{client,core,inspector,jwt,metrics,postgres,sanitize,server,socket.io,supabase,testing}/src/**/*.test.ts',
  'tests/{house,site}/**/*.test.ts',
]
/**
 * They change the process for all in it: put another module in the place of one of Node, stand in another folder, or keep V8 from
 * optimising. Or they read through all of its heap.
 */
const ofOwnProcess = [
  'packages/server/src/hub/compression.test.ts',
  'packages/server/src/observe/allocation.test.ts',
  'packages/server/src/publish/redacted-heap.test.ts',
  'packages/server/src/transports/channel-url/zipped-once.test.ts',
  'tests/site/{docs-search,reference}.test.ts',
]

/** Those that need PostgreSQL. One server runs for all of them. */
const database = ['packages/postgres/src/**/*.pg.test.ts', 'tests/postgres/**/*.test.ts']

export default defineConfig({
  // Tests run against the sources: a stale dist can never make them pass.
  resolve: { conditions: ['baro-source', 'node', 'import', 'default'] },
  // Without "import": Node gets these as they are, and a `require` would find modules by it.
  ssr: { resolve: { conditions: ['baro-source', 'node', 'default'] } },
  test: {
    // A test ends when it is done. These are for one that never would be, on a machine that is busy.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: [
            'packages/{cli,disk,next,react}/src/**/*.test.{ts,tsx}',
            'tests/{*,!(house|site)/**/*}.test.ts',
            ...ofOwnProcess,
          ],
          exclude: [...apart, ...database, '**/node_modules/**'],
          // Much of the time of these tests is that of a clock or a network.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'one world',
          include: ofOneWorld,
          exclude: [...ofOwnProcess, ...database],
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: apart,
          exclude: [...ofOneSite, ...leftOut, '**/node_modules/**'],
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'one site',
          include: ofOneSite,
          exclude: leftOut,
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: database,
          globalSetup: 'tests/postgres/global-setup.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
