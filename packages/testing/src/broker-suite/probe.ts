import type { Publication, Signal } from '@baro/core'
import type { Delivery, NodeListener, NodeMessage, StreamFollower } from '@baro/core/broker'

/** A follower that remembers what it is told. */
export interface Probe extends StreamFollower {
  readonly deliveries: Delivery[]
  readonly publications: readonly Publication[]
  readonly signals: Signal[]
  /** How often it was told that deliveries were lost. */
  readonly losses: number
}

/** Makes one. */
export function createProbe(): Probe {
  let losses = 0
  const deliveries: Delivery[] = []
  const signals: Signal[] = []
  return {
    deliveries,
    signals,
    get publications() {
      return deliveries.flatMap(({ publications }) => publications)
    },
    get losses() {
      return losses
    },
    deliver: (delivery) => void deliveries.push(delivery),
    signal: (signal) => void signals.push(signal),
    lost: () => void losses++,
  }
}

/** A listener that remembers what it hears. */
export interface Ear extends NodeListener {
  readonly messages: NodeMessage[]
  /** How often it was told that messages were lost. */
  readonly losses: number
}

/** Makes one. */
export function createEar(): Ear {
  let losses = 0
  const messages: NodeMessage[] = []
  return {
    messages,
    get losses() {
      return losses
    },
    heard: (message) => void messages.push(message),
    lost: () => void losses++,
  }
}
