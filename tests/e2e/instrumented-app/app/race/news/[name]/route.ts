import { attachedHub } from '@baro/next'
import { revalidatePath, revalidateTag } from 'next/cache'
import { room } from '../../../../channels.ts'

/** Publishes, and has revalidated what the body names: a path, a tag, or nothing. */
export async function POST(request: Request, { params }: { params: Promise<{ name: string }> }) {
  const { name } = await params
  const what = await request.text()
  await attachedHub().publish(room({ id: name }), 'message', { text: 'new' })
  if (what.startsWith('/')) revalidatePath(what)
  else if (what) revalidateTag(what, { expire: 0 })
  return new Response(null, { status: 204 })
}
