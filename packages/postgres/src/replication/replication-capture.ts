import type { Capture, CaptureLead, CaptureWork } from '../feed/capture.ts'
import { schema } from '../feed/schema.ts'
import type { FeedProgress } from '../ports/change-feed.ts'
import type { PostgresDriver, Queryable } from '../ports/driver.ts'
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'
import type { TableShape } from '../table/table.ts'
import { PassingMarks } from './passing-mark.ts'
import { checkPublishable, installPublication, publishedMarks, publishTable, unpublishTable } from './publication.ts'
import { startStreamFeed } from './stream-feed.ts'
import { type StreamProgress, streamProgress } from './stream-state.ts'
import { TableWriters } from './table-writers.ts'

const nothing: DatabaseSnapshot = { xmin: 1n, xmax: 1n, xip: new Set() }

/** A {@link Capture} by logical replication: the server tells what it wrote into its own log. */
export class ReplicationCapture implements Capture {
  readonly kind = 'replication'
  readonly thing = 'publication and replica identity'
  readonly #driver: PostgresDriver
  readonly #marks: PassingMarks
  readonly #writers = new TableWriters()
  #asked: Promise<StreamProgress | undefined> | undefined

  constructor(driver: PostgresDriver) {
    this.#driver = driver
    this.#marks = new PassingMarks(driver)
  }

  async prepare(): Promise<void> {
    await this.#driver.transaction('read committed', installPublication)
  }

  check(table: TableShape): Promise<void> {
    return checkPublishable(this.#driver, table)
  }

  marks(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return publishedMarks(this.#driver, names)
  }

  watch(tx: Queryable, name: string): Promise<void> {
    return publishTable(tx, name)
  }

  unwatch(tx: Queryable, name: string): Promise<void> {
    return unpublishTable(tx, name)
  }

  async hasBegun(feed: string, name: string): Promise<boolean> {
    const [row] = await this.#driver.query<{ begun: boolean }>(
      `select kind = 'replication' and since is not null as begun
       from ${schema}.feed_tables join ${schema}.feeds using (feed) where feed = $1 and name = $2`,
      [feed, name],
    )
    return row?.begun === true
  }

  async progress(feed: string, _table: string, seen: DatabaseSnapshot): Promise<FeedProgress | undefined> {
    // Who asks for what nobody sees asks for `recorded` alone, as it is now.
    const isOfAll = seen.xmax <= nothing.xmax
    const progress = await (isOfAll ? streamProgress(this.#driver, feed) : this.#ask(feed))
    if (!progress) return undefined
    const { recorded, epoch, place } = progress
    if (isOfAll) return { finished: nothing, recorded, hasPassed: true }
    const finished = place === undefined ? undefined : await this.#marks.passed(seen, epoch, place)
    return { finished: finished ?? nothing, recorded, hasPassed: finished !== undefined }
  }

  /** All who wait ask whenever a ring moves: those who ask at once share the answer. */
  #ask(feed: string): Promise<StreamProgress | undefined> {
    this.#asked ??= streamProgress(this.#driver, feed).finally(() => {
      this.#asked = undefined
    })
    return this.#asked
  }

  lead(lead: CaptureLead): Promise<CaptureWork> {
    return startStreamFeed(this.#driver, lead, this.#writers)
  }
}
