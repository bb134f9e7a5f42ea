import { snapshot } from '@baro/next'
import { counter } from '../../channels.ts'

export const revalidate = 3600

export default async function Page() {
  return <p id="snapshot">{JSON.stringify(await snapshot(counter()))}</p>
}
