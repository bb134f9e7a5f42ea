import { channel } from '@baro/core'
import * as z from 'zod/mini'

const facts = z.object({
  processor: z.string(),
  system: z.string(),
  runtime: z.string(),
  /** When this process started, in milliseconds since 1970. */
  startedAt: z.number(),
})

const sample = z.object({
  /** In milliseconds since 1970. */
  time: z.number(),
  /** How busy each core was, from 0 to 1. */
  cores: z.array(z.number()),
  /** Runnable processes, averaged over 1, 5 and 15 minutes. */
  load: z.array(z.number()),
  memory: z.object({ totalBytes: z.number(), usedBytes: z.number(), processBytes: z.number() }),
  /** How late the event loop was, in milliseconds. */
  delay: z.object({ medianMs: z.number(), p99Ms: z.number(), maxMs: z.number() }),
  /** Bytes per second through the network interfaces, and through loopback; absent where the system does not tell. */
  network: z.optional(z.object({ received: z.number(), sent: z.number(), loopback: z.number() })),
})

export type Facts = z.infer<typeof facts>
export type Sample = z.infer<typeof sample>

/** A sample, and which publication brought it: so a page knows how it came. */
export type Measured = Sample & { readonly offset: number }

/** The machine this site runs on: the last two minutes, a sample each second. */
export interface Machine {
  readonly facts: Facts | null
  readonly samples: readonly Measured[]
}

export const machine = channel('machine', {
  version: '2',
  events: { facts, sample },
  state: {
    initial: (): Machine => ({ facts: null, samples: [] }),
    on: {
      facts: (state, { payload }) => ({ ...state, facts: payload }),
      sample: (state, { payload, offset }) => ({
        ...state,
        samples: lastTwoMinutes([...state.samples, { ...payload, offset }]),
      }),
    },
  },
  // A page further behind than five minutes gets a fresh snapshot, which is smaller than what it missed.
  history: { size: 300 },
})

/** After a pause of the server there are fewer: samples from before it would be drawn as if they were of now. */
function lastTwoMinutes(samples: readonly Measured[]): readonly Measured[] {
  const newest = samples.at(-1)?.time ?? 0
  return samples.slice(-120).filter(({ time }) => time > newest - 120_000)
}
