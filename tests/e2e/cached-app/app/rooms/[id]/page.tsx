import { pageParams, snapshot } from '@baro/next'
import { cacheLife } from 'next/cache'
import { room } from '../../../../instrumented-app/channels.ts'
import { Room } from '../../../../instrumented-app/room.tsx'

async function cachedSnapshot(id: string) {
  'use cache'
  cacheLife('hours')
  return snapshot(room({ id }))
}

export const generateStaticParams = () => [{ id: '1' }]

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await pageParams(room, params)
  const initial = await cachedSnapshot(id)
  return (
    <>
      <p id="snapshot">{JSON.stringify(initial)}</p>
      <Room initial={initial} />
    </>
  )
}
