'use client'

import { useEffect } from 'react'
import type { Report } from '../../channels/device.ts'

interface Battery extends EventTarget {
  readonly level: number
  readonly charging: boolean
}

/** As WebKit has it: the sensor is open only to whoever was asked. */
interface AskingSensor {
  requestPermission?(): Promise<'granted' | 'denied'>
}

const tiltEveryMs = 50

/** Asks for the sensor where that must be asked, which browsers allow only within a click. */
export async function askForTilt(): Promise<void> {
  const sensor = (globalThis as { DeviceOrientationEvent?: AskingSensor }).DeviceOrientationEvent
  await sensor?.requestPermission?.().catch(() => {})
}

/** Reports battery and orientation as long as this is the device: at once, and when one of them changes. */
export function useReports(isOnDuty: boolean, report: (report: Report) => unknown): void {
  useEffect(() => {
    if (!isOnDuty) return
    let battery: Battery | undefined
    let isOver = false
    const upright = matchMedia('(orientation: portrait)')
    const tell = () =>
      report({
        ...(battery && { battery: battery.level, charging: battery.charging }),
        orientation: upright.matches ? 'portrait' : 'landscape',
      })
    const begin = async () => {
      // Not every browser tells: then the report is without it.
      const ask = (navigator as { getBattery?: () => Promise<Battery> }).getBattery
      const found = await ask?.call(navigator).catch(() => undefined)
      if (isOver) return
      battery = found
      battery?.addEventListener('levelchange', tell)
      battery?.addEventListener('chargingchange', tell)
      upright.addEventListener('change', tell)
      tell()
    }
    void begin()
    return () => {
      isOver = true
      battery?.removeEventListener('levelchange', tell)
      battery?.removeEventListener('chargingchange', tell)
      upright.removeEventListener('change', tell)
    }
  }, [isOnDuty, report])
}

/** Tells how the device is held while it moves. */
export function useTiltReports(isOnDuty: boolean, tell: (tilt: { beta: number; gamma: number }) => unknown): void {
  useEffect(() => {
    if (!isOnDuty) return
    let told = Number.NEGATIVE_INFINITY
    const moved = ({ beta, gamma, timeStamp }: DeviceOrientationEvent) => {
      // A computer without the sensor says null.
      if (beta === null || gamma === null || timeStamp - told < tiltEveryMs) return
      told = timeStamp
      tell({ beta: Math.round(beta), gamma: Math.round(gamma) })
    }
    addEventListener('deviceorientation', moved)
    return () => removeEventListener('deviceorientation', moved)
  }, [isOnDuty, tell])
}
