import { defineConfig } from 'vitest/config'

/**
 * Those that bring up servers, browsers or attackers. Beside what computes, a page may take half a minute to load; two of them
 * beside each other mostly wait.
 */
const apart = [
  'tests/e2e/**/*.test.ts',
  'tests/hostile/**/*.test.ts',
  'tests/disk/**/*.test.ts',
  'tests/storm/**/*.test.ts',
  'tests/tutorials/*.test.ts',
]

export default defineConfig({
  // Tests run against the sources: a stale dist can never make them pass.
  resolve: { conditions: ['baro-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['baro-source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'tests/**/*.test.ts'],
          exclude: [...apart, '**/node_modules/**'],
          // By default one core is left free. Much of the time of these tests is that of a clock or a network.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'apart', include: apart, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
