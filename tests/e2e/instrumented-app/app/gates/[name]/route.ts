import { closeGate, isReached, openGate } from '../../../gate.ts'

interface Context {
  readonly params: Promise<{ name: string }>
}

/** Whether a render has come to the gate. */
export async function GET(_request: Request, { params }: Context) {
  return new Response(isReached((await params).name) ? 'reached' : 'not yet', {
    headers: { 'cache-control': 'no-store' },
  })
}

/** Closes it, or opens it. */
export async function POST(request: Request, { params }: Context) {
  const { name } = await params
  if ((await request.text()) === 'close') closeGate(name)
  else openGate(name)
  return new Response(null, { status: 204 })
}
