// Pages and routes are bundles of their own, and a test opens the gate from outside.
const key = Symbol.for('baro.test.gates')

interface Gate {
  readonly opened: Promise<void>
  open(): void
  isReached: boolean
}

const shared = globalThis as { [key]?: Map<string, Gate> }
const gates = shared[key] ?? new Map<string, Gate>()
shared[key] = gates

/** From now on a render of this name waits where it calls `passGate`. */
export function closeGate(name: string): void {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  gates.set(name, { opened, open, isReached: false })
}

export function openGate(name: string): void {
  gates.get(name)?.open()
  gates.delete(name)
}

export function isReached(name: string): boolean {
  return gates.get(name)?.isReached === true
}

export async function passGate(name: string): Promise<void> {
  const gate = gates.get(name)
  if (!gate) return
  gate.isReached = true
  await gate.opened
}
