import { attachedHub } from '@baro/next'
import { room } from '../../../../channels.ts'

export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  await attachedHub().publish(room(await params), 'message', { text: await request.text() })
  return new Response(null, { status: 204 })
}
