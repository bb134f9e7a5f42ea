import { baroLongPoll, baroPoll, nchanLongPoll, openPollingSubscriber, type PollDialect } from './polling-subscriber.ts'
import { baroStream, openStreamSubscriber, plainStream, type StreamDialect } from './stream-subscriber.ts'
import type { OpenSubscriber } from './subscriber.ts'
import {
  baroDialect,
  baroPlainDialect,
  baroRowsDialect,
  centrifugoDialect,
  plainDialect,
  roomDialect,
  socketIoDialect,
  supabaseDialect,
  supabaseRowsDialect,
  type WebSocketDialect,
} from './web-socket-dialect.ts'
import { openWebSocketSubscriber } from './web-socket-subscriber.ts'

/** Makes one subscriber of each kind of server. */
export const subscriberKinds: Readonly<Record<string, () => OpenSubscriber>> = {
  net: webSocket(plainDialect),
  ws: webSocket(plainDialect),
  'socket.io': webSocket(socketIoDialect),
  'socket.io with recovery': webSocket(socketIoDialect),
  baro: webSocket(baroDialect),
  'baro without a journal': webSocket(baroDialect),
  'baro observed': webSocket(baroDialect),
  'baro inspected': webSocket(baroDialect),
  'net stream': stream(plainStream),
  'res.write': stream(plainStream),
  'baro stream': stream(baroStream),
  'baro long poll': polling(baroLongPoll),
  'baro poll': polling(baroPoll),
  nchan: polling(nchanLongPoll),
  'net room': webSocket(roomDialect),
  'ws room': webSocket(roomDialect),
  'socket.io room': webSocket(socketIoDialect),
  'socket.io room with recovery': webSocket(socketIoDialect),
  'socket.io room on a hub': webSocket(socketIoDialect),
  centrifugo: webSocket(centrifugoDialect),
  'baro room': webSocket(baroDialect),
  'baro room without zod': webSocket(baroDialect),
  'baro plain room': webSocket(baroPlainDialect),
  'supabase room': webSocket(supabaseDialect),
  'baro rows': webSocket(baroRowsDialect),
  'supabase rows': webSocket(supabaseRowsDialect),
}

function webSocket(createDialect: () => WebSocketDialect): () => OpenSubscriber {
  return () => {
    // It outlives the connection: it has noted where to continue from.
    const dialect = createDialect()
    return (address, events) => openWebSocketSubscriber(address, dialect, events)
  }
}

function stream(dialect: StreamDialect): () => OpenSubscriber {
  return () => (address, events) => openStreamSubscriber(address, dialect, events)
}

function polling(dialect: PollDialect): () => OpenSubscriber {
  return () => (address, events) => openPollingSubscriber(address, dialect, events)
}
