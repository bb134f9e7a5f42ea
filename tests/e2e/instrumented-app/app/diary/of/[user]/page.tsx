import { pageParams, snapshot } from '@baro/next'
import { notes } from '../../../../channels.ts'

export const revalidate = 3600
export const generateStaticParams = () => []

export default async function Page({ params }: { params: Promise<{ user: string }> }) {
  return <p id="snapshot">{JSON.stringify(await snapshot(notes(await pageParams(notes, params))))}</p>
}
