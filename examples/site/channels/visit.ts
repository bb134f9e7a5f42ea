import { channel } from '@baro/core'
import * as z from 'zod/mini'
import { demos } from '../components/frame/sections.ts'

/** Who has a demo open. They tell nothing of themselves: what is shown is how many there are. */
export const visit = channel('visit:{demo}', {
  params: { demo: (text) => demos.some(({ id }) => id === text) },
  members: { state: z.object({}) },
})
