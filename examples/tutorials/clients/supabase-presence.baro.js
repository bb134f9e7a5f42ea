import { createClient } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import { lounge } from '../channels.js'

const client = createClient()
const user = `guest ${Math.floor(Math.random() * 1e6)}`

track(client, lounge(), { user, online_at: new Date().toISOString() })
followMembers(client, lounge()).on('sync', ({ list }) => {
  const items = list.map(({ state }) => Object.assign(document.createElement('li'), { textContent: state.user }))
  document.getElementById('messages').replaceChildren(...items)
})
