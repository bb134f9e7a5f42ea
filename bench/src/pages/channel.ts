import { channel } from '@baro/core'
import { z } from 'zod'

/** What the page shows: nobody publishes while it is measured. */
export const headline = channel('headline', {
  events: { changed: z.string() },
  state: { initial: () => 'Nothing yet', on: { changed: (_, { payload }) => payload } },
})

/** A list that makes a page of about 6.6 kB. */
export const rows: readonly string[] = Array.from(
  { length: 82 },
  (_, index) =>
    `Row ${index}: what stands in a row of a page that people read, at some length, with a number ${index * 7919}.`,
)
