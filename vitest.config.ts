import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Tests run against the sources: a stale dist can never make them pass.
  resolve: { conditions: ['baro-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['baro-source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'tests/**/*.test.ts'],
    testTimeout: 20_000,
    // By default one core is left free. Half of the time of these tests is a browser's, a server's or a clock's.
    maxWorkers: '100%',
  },
})
