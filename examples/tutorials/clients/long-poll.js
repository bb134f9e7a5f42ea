// Idiom: a recursive long poll without a cursor, in `finally`
// - /api/poll
// + /baro/channels/chat?view=state&wait=25
// Loses: what is said between two requests, until something else is said.
// With the URL changed: nothing, because the browser’s cache is the cursor.

const messages = document.getElementById('messages')

async function poll() {
  try {
    const response = await fetch('/baro/channels/chat?view=state&wait=25')
    const list = await response.json()
    messages.innerHTML = ''
    for (const { text } of list) {
      const item = document.createElement('li')
      item.textContent = text
      messages.appendChild(item)
    }
  } catch (error) {
    console.error('Long poll failed:', error)
  } finally {
    poll()
  }
}

poll()
