import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { room } from '../../../channels.ts'
import { Room } from '../../../room.tsx'

interface Props {
  readonly params: Promise<{ id: string }>
}

export const revalidate = 3600
export const generateStaticParams = () => []

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Room ${(await pageParams(room, params)).id}` }
}

export default async function Page({ params }: Props) {
  const { id } = await pageParams(room, params)
  const initial = await snapshot(room({ id }))
  return (
    <>
      <p id="snapshot">{JSON.stringify(initial)}</p>
      <Room initial={initial} />
    </>
  )
}
