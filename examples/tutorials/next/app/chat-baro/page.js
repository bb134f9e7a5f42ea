'use client'

import { useChannel } from '@baro/react'
import { lobby } from '../../../channels.js'

const reference = lobby()

export default function Page() {
  const { state, publish, status } = useChannel(lobby, reference)
  return (
    <main>
      <p id="state">{status.state}</p>
      <ul id="messages">
        {state.map((message, index) => (
          <li key={index}>{message}</li>
        ))}
      </ul>
      <form action={(form) => publish('message', form.get('text'))}>
        <input id="input" aria-label="Message" name="text" />
        <button type="submit">Send</button>
      </form>
    </main>
  )
}
