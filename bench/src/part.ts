/** A target, and what was seen. */
export interface Target {
  readonly text: string
  readonly seen: string
  readonly isMet: boolean
}

/** What a part says on the page. */
export interface Chapter {
  /** Sections in Markdown, each with its heading. */
  readonly text: string
  readonly targets: readonly Target[]
  /** What is worse than we would like, as sentences. */
  readonly shortcomings: readonly string[]
  /** What to know about how it was measured, and what the figures say, as sentences. */
  readonly notes: readonly string[]
}

/** How much to measure. */
export interface Effort {
  readonly isQuick: boolean
  /** How often each server is measured. */
  readonly rounds: number
}

/** One part of the bench: measured alone, by its name, and told from whatever runs of it are kept. */
export interface Part {
  readonly name: string
  /** The most connections a server of it has. */
  readonly connections: number
  measure(effort: Effort): Promise<readonly object[]>
  /** Tells the runs of this part, as `measure` returned them. */
  tell(runs: readonly object[]): Chapter
}

/** Makes a part whose runs have a shape of their own. */
export function createPart<Run extends object>(
  part: Pick<Part, 'name' | 'connections'> & {
    readonly measure: (effort: Effort) => Promise<readonly Run[]>
    readonly tell: (runs: readonly Run[]) => Chapter
  },
): Part {
  // The runs that are kept under its name are its own.
  return { ...part, tell: (runs) => part.tell(runs as readonly Run[]) }
}
