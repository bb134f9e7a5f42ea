import { snapshot } from '@baro/next'
import { cacheLife, cacheTag } from 'next/cache'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { room } from '../../../../../instrumented-app/channels.ts'
import { passGate } from '../../../../../instrumented-app/gate.ts'

async function cachedSnapshot(name: string) {
  'use cache'
  cacheLife('hours')
  cacheTag(`race-${name}`)
  const initial = await snapshot(room({ id: name }))
  await passGate(name)
  return initial
}

async function Race({ params }: { params: Promise<{ name: string }> }) {
  await connection()
  const { name } = await params
  return <p id="snapshot">{JSON.stringify(await cachedSnapshot(name))}</p>
}

export default function Page({ params }: { params: Promise<{ name: string }> }) {
  return (
    <Suspense>
      <Race params={params} />
    </Suspense>
  )
}
