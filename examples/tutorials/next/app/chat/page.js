// Idiom: a raw `WebSocket` in a `'use client'` page
// - ws://localhost:8080
// + ws://localhost:3000/baro/channels/lobby?view=payload
// Loses: everything after a cut, because nobody opens the socket again.
// With the URL changed: the same.

'use client'

import { useEffect, useRef, useState } from 'react'

export default function Page() {
  const [messages, setMessages] = useState([])
  const [input, setInput] = useState('')
  const [isConnected, setIsConnected] = useState(false)
  const socketRef = useRef(null)

  useEffect(() => {
    const socket = new WebSocket('ws://localhost:3000/baro/channels/lobby?view=payload')
    socketRef.current = socket

    socket.onopen = () => setIsConnected(true)
    socket.onmessage = (event) => setMessages((previous) => [...previous, event.data])
    socket.onclose = () => setIsConnected(false)
    socket.onerror = (error) => console.error('WebSocket error:', error)

    return () => socket.close()
  }, [])

  const sendMessage = (event) => {
    event.preventDefault()
    socketRef.current.send(input)
    setInput('')
  }

  return (
    <main>
      <p id="state">{isConnected ? 'Connected' : 'Disconnected'}</p>
      <ul id="messages">
        {messages.map((message, index) => (
          <li key={index}>{message}</li>
        ))}
      </ul>
      <form onSubmit={sendMessage}>
        <input id="input" aria-label="Message" value={input} onChange={(event) => setInput(event.target.value)} />
        <button type="submit">Send</button>
      </form>
    </main>
  )
}
