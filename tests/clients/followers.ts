import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { EventSource } from 'eventsource'
import { WebSocket } from 'ws'
import { readSource } from '../house/source-files.ts'

/** What a follower hears: a publication, or that nothing can follow what it has, and the state that takes its place. */
export type Heard = { readonly id: string } | { readonly reset: string; readonly state: readonly string[] }

/** Follows the channel at a URL by a client that knows nothing of us; returns how to stop. */
export type Follow = (url: string, hear: (heard: Heard) => void) => () => void

interface StreamMessage {
  readonly type: string
  readonly id: string
  readonly position: string
  readonly payload: { readonly reason: string; readonly snapshot: readonly string[] }
}

function heardIn(text: string): Heard & { readonly position: string } {
  const { type, id, position, payload } = JSON.parse(text) as StreamMessage
  return type === 'baro:reset' ? { reset: payload.reason, state: payload.snapshot, position } : { id, position }
}

/** `ws`, opened again from the last position whenever it was closed. */
const followByWebSocket: Follow = (url, hear) => {
  let position = 'none'
  let isOver = false
  let socket: WebSocket
  const open = () => {
    if (isOver) return
    socket = new WebSocket(`${url.replace('http', 'ws')}?after=${position}`)
    socket.on('message', (data) => {
      const heard = heardIn(data.toString())
      position = heard.position
      hear(heard)
    })
    // While nobody listens it is refused, which is told as an error and a close.
    socket.on('error', () => {})
    socket.on('close', () => setTimeout(open, 20))
  }
  open()
  return () => {
    isOver = true
    socket.terminate()
  }
}

/** `EventSource`, which comes back by itself and says where it was. */
const followByEventSource: Follow = (url, hear) => {
  const source = new EventSource(url)
  source.onmessage = ({ data }) => hear(heardIn(data))
  return () => source.close()
}

/** The shell loop of the README. */
const followByCurl: Follow = (url, hear) => {
  const folder = mkdtempSync(join(tmpdir(), 'baro-curl-'))
  const script = (/^```sh file=follow\.sh\n([\s\S]*?)^```$/m.exec(readSource('README.md'))?.[1] ?? '').replace(
    'localhost:3000/baro/channels/room:42',
    url,
  )
  const shell = spawn('sh', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  createInterface(shell.stdout).on('line', (line) => {
    const answer = JSON.parse(line) as { reset?: string; snapshot?: string[]; publications: { id: string }[] }
    if (answer.reset !== undefined) hear({ reset: answer.reset, state: answer.snapshot ?? [] })
    for (const { id } of answer.publications) hear({ id })
  })
  return () => {
    // Of the shell and what it is waiting for.
    if (shell.pid !== undefined) process.kill(-shell.pid)
    rmSync(folder, { recursive: true })
  }
}

/** Every client that follows without a line of ours. */
export const followers: Readonly<Record<string, Follow>> = {
  'the ws client': followByWebSocket,
  'a stock EventSource': followByEventSource,
  'a shell loop with curl': followByCurl,
}
