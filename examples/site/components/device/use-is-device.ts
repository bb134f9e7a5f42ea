'use client'

import { useEffect, useState } from 'react'

const key = 'device'

/** Whether this tab is the device, also after a reload. The server does not know it: nobody is until hydration is over. */
export function useIsDevice(id: string): readonly [boolean, (isDevice: boolean) => void] {
  const [isDevice, setIsDevice] = useState(false)
  useEffect(() => setIsDevice(sessionStorage.getItem(key) === id), [id])
  const choose = (chosen: boolean) => {
    if (chosen) sessionStorage.setItem(key, id)
    else sessionStorage.removeItem(key)
    setIsDevice(chosen)
  }
  return [isDevice, choose]
}
