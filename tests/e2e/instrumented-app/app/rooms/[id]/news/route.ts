import { attachedHub } from '@baro/next'
import { room } from '../../../../channels.ts'

export async function POST(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  await attachedHub().publish(room(await params), 'message', { text: 'From the server' })
  return new Response(null, { status: 204 })
}
