/** How often something happened since the client was made. */
export interface ClientCounters {
  /** Subscribes sent; each has the next number as its attempt, whatever its channel. */
  subscribes: number
  /** Subscribes answered by what followed. */
  recovered: number
  /** Subscribes answered by, and live readers interrupted by, a fresh snapshot. */
  reset: number
  /** Deliveries that did not follow, so that the client asked again (I2). */
  gaps: number
  /** Copies of what was known already that were left out (I1). */
  suppressed: number
}
