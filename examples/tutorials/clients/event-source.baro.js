import { createClient } from '@baro/client'
import { chat } from '../channels.js'

const messages = document.getElementById('messages')

createClient()
  .subscribe(chat, chat())
  .onChange(({ state }) => {
    messages.replaceChildren(
      ...state.map(({ text }) => Object.assign(document.createElement('li'), { textContent: text })),
    )
  })
