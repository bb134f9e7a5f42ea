/** What was looked at, and what was found. */
export interface Check {
  readonly name: string
  readonly is: 'good' | 'odd' | 'bad'
  /** What happened, and what to do about it. */
  readonly says: string
  readonly ms?: number | undefined
}
