import { snapshot } from '@baro/next'
import { diary } from '../../../channels.ts'

export const dynamic = 'force-dynamic'

export default async function Page() {
  return <p id="snapshot">{JSON.stringify(await snapshot(diary()))}</p>
}
