'use client'

import { useEffect, useRef } from 'react'
import type { Command } from '../../channels/device.ts'

/**
 * Carries out the commands that wait, as the device. The hub takes `delivered` once for each command and not after its
 * time, and only then it is done: of two tabs one does it, and a late page does not.
 */
export function useDuty(
  isOnDuty: boolean,
  commands: readonly Command[],
  publish: (type: 'delivered' | 'acknowledged', payload: { readonly command: string }) => Promise<unknown>,
  obey: (command: Command) => void,
): void {
  const begun = useRef(new Set<string>())
  const newest = useRef(obey)
  newest.current = obey
  useEffect(() => {
    if (!isOnDuty) return
    const doIt = async (command: Command) => {
      try {
        await publish('delivered', { command: command.id })
        newest.current(command)
        await publish('acknowledged', { command: command.id })
      } catch {
        // Refused: another tab has it, or its time was over. The state says which.
      }
    }
    for (const command of commands) {
      if (command.status !== 'sent' || begun.current.has(command.id)) continue
      begun.current.add(command.id)
      void doIt(command)
    }
  }, [isOnDuty, commands, publish])
}
