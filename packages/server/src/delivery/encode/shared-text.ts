import type { SharedText } from '../../ports/socket.ts'
import type { Batch } from '../batch.ts'
import { madeOnce } from '../made-once.ts'
import type { EncodedSnapshot } from './encoded-snapshot.ts'

/** A long value that many get, as JSON text written once: a field of messages that otherwise name one client. */
export class SharedValue implements SharedText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The publications of a batch. */
export class SharedPublications extends SharedValue {
  readonly isEmpty: boolean

  constructor({ publications, isEmpty }: Pick<Batch, 'publications' | 'isEmpty'>) {
    super(JSON.stringify(publications))
    this.isEmpty = isEmpty
  }
}

const ofBatch = (batch: Batch) => new SharedPublications(batch)

/** Of thousands that come back most have missed nothing. To keep that for each batch would cost more than to write it. */
const none = new SharedPublications({ publications: [], isEmpty: true })

const ofSnapshot = ({ valueText }: EncodedSnapshot) =>
  valueText === undefined ? undefined : new SharedValue(valueText)

/** The publications of a batch, one object for all who get them. */
export function sharedPublications(batch: Batch): SharedPublications {
  return batch.isEmpty ? none : madeOnce(batch, ofBatch)
}

/** The value of a snapshot, one object for all who begin with it; `undefined` if it has none. */
export function sharedSnapshot(snapshot: EncodedSnapshot): SharedValue | undefined {
  return madeOnce(snapshot, ofSnapshot)
}
