import { snapshot } from '@baro/next'
import { Refresh } from '@baro/next/refresh'
import { room } from '../../channels.ts'

export const dynamic = 'force-dynamic'

/** Only the server renders the list; the field is the browser's. */
export default async function Page() {
  const { value } = await snapshot(room({ id: 'refreshed' }))
  return (
    <>
      <input aria-label="A field" />
      <div style={{ height: 3_000 }} />
      {/* Below what is on the screen: what grows above it the browser scrolls along with, as it should. */}
      <p id="list">{value.join(', ')}</p>
      <Refresh on={room({ id: 'refreshed' })} />
    </>
  )
}
