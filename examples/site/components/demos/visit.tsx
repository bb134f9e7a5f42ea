'use client'

import { useMembers } from '@baro/react'
import { visit } from '../../channels/visit.ts'
import type { DemoId } from '../frame/sections.ts'

/** Makes whoever looks at a demo one of the people in it, as long as its page is open. */
export function Visit({ demo }: { demo: DemoId }) {
  useMembers(visit, visit({ demo }), {})
  return null
}
