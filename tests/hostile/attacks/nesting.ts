import type { Attack } from './attack.ts'
import { clientFrame } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { flood } from './requests.ts'
import { post } from './wire.ts'

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

export const nesting: readonly Attack[] = [
  {
    name: 'deep-nesting',
    what: 'POST connect with 50,000 levels in a `type`',
    run: (assault) => {
      const request = post('/baro/connect?wait=0', `{"messages":[{"type":${nested(50_000)},"payload":{}}]}`)
      return flood(assault, 8, () => request)
    },
  },
  {
    name: 'deep-messages',
    what: 'WebSocket messages of 30,000 levels',
    run: (assault) => repeatFrames(assault, clientFrame(`{"type":"baro:publish","payload":${nested(30_000)}}`)),
  },
]
