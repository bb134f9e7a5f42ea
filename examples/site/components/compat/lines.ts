import type { Kind } from '../../channels/compat.ts'

/** What each client is made of: its file, and the lines of it that connect, read and write. */
export const codeOf: Readonly<Record<Kind, { readonly file: string; readonly lines: readonly string[] }>> = {
  sdk: {
    file: 'components/compat/use-sdk.ts',
    lines: ['useChannel(compat, initial)', "publish('message', { from: 'sdk', text })"],
  },
  'socket.io': {
    file: 'components/compat/socket-io.ts',
    lines: [
      'const socket = io()',
      "socket.on('message', told.got)",
      "emitWithAck('message', { from: 'socket.io', text })",
    ],
  },
  supabase: {
    file: 'components/compat/supabase.ts',
    lines: [
      "supabase.channel('compat', {",
      ".on('broadcast', { event: 'message' }, ({ payload, meta }) => {",
      "room.send({ type: 'broadcast', event: 'message', payload: { from: 'supabase', text } })",
    ],
  },
  'event-source': {
    file: 'components/compat/event-source.ts',
    lines: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of code.
      'new EventSource(`${channelUrl}?live=sse&after=${position}`)',
      "fetch(channelUrl, { method: 'POST', headers, body })",
    ],
  },
  websocket: {
    file: 'components/compat/web-socket.ts',
    lines: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of code.
      'new WebSocket(`${channelUrl}?after=${after}`)',
      "socket.send(JSON.stringify({ type: 'message', payload: { from: 'websocket', text }, id }))",
    ],
  },
}
