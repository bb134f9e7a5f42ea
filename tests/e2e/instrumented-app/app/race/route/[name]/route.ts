import { snapshot } from '@baro/next'
import { room } from '../../../../channels.ts'
import { passGate } from '../../../../gate.ts'

export const revalidate = 3600
export const generateStaticParams = () => []

/** Only the value: nothing of its answer says where it was read. */
export async function GET(_request: Request, { params }: { params: Promise<{ name: string }> }) {
  const { name } = await params
  const { value } = await snapshot(room({ id: name }))
  await passGate(name)
  return new Response(`<p id="snapshot">${value.join()}</p>`)
}
