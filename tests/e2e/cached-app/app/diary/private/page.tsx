import { snapshot } from '@baro/next'
import { cookies } from 'next/headers'
import { Suspense } from 'react'
import { diary } from '../../../../instrumented-app/channels.ts'

async function Diary() {
  if (!(await cookies()).has('session')) return <p>Log in first.</p>
  return <p id="snapshot">{JSON.stringify(await snapshot(diary()))}</p>
}

export default function Page() {
  return (
    <Suspense>
      <Diary />
    </Suspense>
  )
}
