import { snapshot } from '@baro/next'
import { diary } from '../../../../instrumented-app/channels.ts'

async function cachedSnapshot() {
  'use cache'
  return snapshot(diary())
}

export default async function Page() {
  return <p id="snapshot">{JSON.stringify(await cachedSnapshot())}</p>
}
