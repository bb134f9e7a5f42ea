import { snapshot } from '@baro/next'
import { room } from '../../../../channels.ts'
import { passGate } from '../../../../gate.ts'

export const revalidate = 3600
export const generateStaticParams = () => []

/** Reads, and then takes its time. */
export default async function Page({ params }: { params: Promise<{ name: string }> }) {
  const { name } = await params
  const initial = await snapshot(room({ id: name }))
  await passGate(name)
  return <p id="snapshot">{JSON.stringify(initial)}</p>
}
