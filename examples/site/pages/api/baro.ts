import type { Server } from 'node:http'
import { attach, attachedHub } from '@baro/next'
import type { NextApiRequest, NextApiResponse } from 'next'

/** Without a server of one's own, the hub is attached here. On this site it is attached already, so nothing changes. */
export default function handler(_request: NextApiRequest, response: NextApiResponse) {
  const { server } = response.socket as unknown as { server: Server }
  attach(attachedHub(), server)
  response.status(204).end()
}
