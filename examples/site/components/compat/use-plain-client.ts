'use client'

import type { SnapshotOf } from '@baro/core'
import { useEffect, useRef, useState } from 'react'
import type { compat } from '../../channels/compat.ts'
import type { Client, Link, Open } from './client.ts'
import { began, heard } from './heard.ts'
import type { RoomClient } from './room-client.ts'

/** Connects a client that knows nothing of React, for as long as the page is open. */
export function usePlainClient(open: Open, initial: SnapshotOf<typeof compat>): RoomClient {
  const [all, setAll] = useState(() => began(initial.value))
  const [link, setLink] = useState<Link>('connecting')
  const client = useRef<Client>(undefined)
  useEffect(() => {
    const opened = open(
      {
        linked: setLink,
        got: (message) => setAll((before) => heard(before, message)),
        began: (messages) => setAll(began(messages)),
      },
      initial.position,
    )
    client.current = opened
    return () => opened.close()
  }, [open, initial])
  return { messages: all.messages, link, send: async (text) => client.current?.send(text) }
}
