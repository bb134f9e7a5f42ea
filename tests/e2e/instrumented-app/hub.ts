import { createHub } from '@baro/server'
import { counter, diary } from './channels.ts'

export const hub = createHub({ channels: [counter, diary] })
hub.on(counter, { access: 'public', events: { add: ({ payload, publish }) => publish('add', payload) } })
hub.on(diary, { access: ({ user }) => user !== undefined })
void hub.publish(diary(), 'wrote', { text: 'a secret' })
