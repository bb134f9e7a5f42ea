import { createClient } from '@baro/client'
import { posts } from '../tables.js'

const subscription = createClient().subscribe(posts, posts())

subscription.onChange(({ state, status }) => {
  document.getElementById('state').textContent = status.state
  const items = state.rows.map(({ body }) => Object.assign(document.createElement('li'), { textContent: body }))
  document.getElementById('messages').replaceChildren(...items)
})
