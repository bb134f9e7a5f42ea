import { snapshot } from '@baro/next'
import { diary } from '../../../channels.ts'

export const dynamic = 'force-static'
export const revalidate = 1

export default async function Page() {
  return <p id="snapshot">{JSON.stringify(await snapshot(diary()))}</p>
}
