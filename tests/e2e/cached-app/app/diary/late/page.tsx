import { snapshot } from '@baro/next'
import { cookies } from 'next/headers'
import { Suspense } from 'react'
import { diary } from '../../../../instrumented-app/channels.ts'

async function cachedSnapshot() {
  'use cache'
  return snapshot(diary())
}

/** Nothing of it is rendered before a request. */
async function Diary() {
  await cookies()
  return <p id="snapshot">{JSON.stringify(await cachedSnapshot())}</p>
}

export default function Page() {
  return (
    <Suspense>
      <Diary />
    </Suspense>
  )
}
