import { createHub } from '@baro/server'
import { counter, diary, notes, room } from './channels.ts'

export const hub = createHub({ channels: [counter, diary, notes, room] })
hub.on(counter, { access: 'public', events: { add: ({ payload, publish }) => publish('add', payload) } })
hub.on(room, { access: 'public' })
hub.on(diary, { access: ({ user }) => user !== undefined })
hub.on(notes, { access: ({ user, params }) => user?.id === params.user })
void hub.publish(notes({ user: 'ada' }), 'wrote', { text: 'a secret of Ada' })
void hub.publish(diary(), 'wrote', { text: 'a secret' })
