import { revalidatePath } from 'next/cache'
import { room } from '../../../../../channels/room.ts'
import { languages } from '../../../../../i18n/languages.ts'
import { takeMessage } from '../../../../../server/posted-message.ts'

/** Takes a message from the form of a room, as a guest. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string; id: string }> }) {
  return takeMessage(request, await params, {
    place: 'rooms',
    author: {},
    publish: async ({ id, name, text, author }) => {
      await author.publish(room({ id }), 'message', { ...(name && { name }), text })
      for (const language of languages) revalidatePath(`/${language}/rooms/${encodeURIComponent(id)}`)
    },
  })
}
