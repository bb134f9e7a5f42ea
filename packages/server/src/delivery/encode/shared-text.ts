import type { SharedText } from '../../ports/socket.ts'
import type { Batch } from '../batch.ts'
import { Keeping, madeOnce } from '../made-once.ts'
import type { EncodedSnapshot } from './encoded-snapshot.ts'

/** A long value as JSON text, written once: a field of messages to many clients, whose other fields differ. */
export class SharedValue extends Keeping implements SharedText {
  readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }
}

/** The publications of a batch as JSON text. */
export class SharedPublications extends SharedValue {
  readonly isEmpty: boolean

  constructor({ publications, isEmpty }: Pick<Batch, 'publications' | 'isEmpty'>) {
    super(JSON.stringify(publications))
    this.isEmpty = isEmpty
  }
}

const ofBatch = (batch: Batch) => new SharedPublications(batch)

/**
 * Of thousands that come back, most have missed nothing. Keeping a text for each empty batch would cost more than this.
 */
const none = new SharedPublications({ publications: [], isEmpty: true })

const ofSnapshot = ({ valueText }: EncodedSnapshot) =>
  valueText === undefined ? undefined : new SharedValue(valueText)

/** The publications of a batch, one object for all who get them. */
export function sharedPublications(batch: Batch): SharedPublications {
  return batch.isEmpty ? none : madeOnce(batch, ofBatch)
}

/** The value of a snapshot, one object for all who start from it; `undefined` if the snapshot has no value. */
export function sharedSnapshot(snapshot: EncodedSnapshot): SharedValue | undefined {
  return madeOnce(snapshot, ofSnapshot)
}
