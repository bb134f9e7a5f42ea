import { snapshot } from '@baro/next'
import { headline } from '../../channel.ts'

export const revalidate = 3600

// What Next adds to a page for its navigation brings it to about the size of the others.
export default async function Page() {
  const { value, position } = await snapshot(headline())
  return (
    <main data-position={position}>
      <h1>{value}</h1>
      <p>{'A page of text. '.repeat(150)}</p>
    </main>
  )
}
