import { createHub } from '@baro/server'
import { counter, diary, room } from './channels.ts'

export const hub = createHub({ channels: [counter, diary, room] })
hub.on(counter, { access: 'public', events: { add: ({ payload, publish }) => publish('add', payload) } })
hub.on(room, { access: 'public' })
hub.on(diary, { access: ({ user }) => user !== undefined })
void hub.publish(diary(), 'wrote', { text: 'a secret' })
