import { snapshot } from '@baro/next'
import { unstable_cache } from 'next/cache'
import { diary } from '../../../channels.ts'

export const dynamic = 'force-dynamic'

const cached = unstable_cache(() => snapshot(diary()), ['diary'])

export default async function Page() {
  return <p id="snapshot">{JSON.stringify(await cached())}</p>
}
