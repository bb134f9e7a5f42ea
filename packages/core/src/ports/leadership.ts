import type { NowOrLater } from '../now-or-later.ts'

/** For how long a node asks to lead a work. */
export interface LeadTerms {
  /** The lease: if nothing is heard of the node for so long, another one may lead. Milliseconds. */
  readonly leaseMs: number
  /**
   * The cursor is above this one. A caller whose append was `fed-already` passes the cursor that is kept: a store may have
   * forgotten how far its numbers had come. Default 0.
   */
  readonly above?: number
}

/** What asking for the lead came to. */
export type LeadAnswer =
  /**
   * The caller leads for the time of its lease. The cursor is above all that anybody was given for this work. Who takes it before
   * looking at what is to be told, and appends with it (`AppendOptions.cursor`), overwrites nothing that a later
   * leader has told.
   */
  | { readonly leads: true; readonly cursor: number }
  /** Another one leads, for at most so long, unless it renews its lease. */
  | { readonly leads: false; readonly leftMs: number }

/**
 * Which node does what must be done once on all nodes, for example asks a foreign API. A lease saves work and nothing else:
 * a leader that stood still does not know that its time is over. What keeps it from doing harm is the cursor of its
 * appends, which only rises.
 *
 * A work has the name of the channel that it feeds: where a broker loses a part of what it kept, it loses both or none.
 *
 * `brokerSuite` of `@baro/testing` holds every implementation to it.
 */
export interface Leadership {
  /**
   * Takes the lead of a work, or renews it. Called before each round of the work. Of many callers one leads at a time,
   * as far as the broker knows.
   *
   * @param by The node, by a name that no other life of a node has.
   * @throws {BaroError} `unavailable` if the broker cannot be asked now.
   */
  lead(work: string, by: string, terms: LeadTerms): NowOrLater<LeadAnswer>

  /** Ends the caller's lead before its time, so that another node begins at once. Of anybody else's lead it changes nothing. */
  resign(work: string, by: string): NowOrLater<void>
}
