import { channel } from '@baro/core'

/** What a node is deployed with. */
export interface Deployed {
  /** Of the definition: another version folds another state. */
  readonly version: string
  /** How many publications are kept. */
  readonly kept: number
}

/** The channel of the page. Its last lines are what it shows, and each names the version that has folded it. */
export function storyOf({ version, kept }: Deployed) {
  return channel('story', {
    version,
    events: { line: anyText },
    history: { size: kept },
    state: {
      initial: (): readonly string[] => [],
      on: { line: (list, { payload }) => [...list, `${payload} (${version})`].slice(-20) },
    },
  })
}

/** A schema that takes every text; the page needs no library for it. */
const anyText = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value } : { issues: [{ message: 'A line is a text.' }] },
  },
} as { '~standard': { version: 1; vendor: string; validate: (value: unknown) => { value: string } } }
