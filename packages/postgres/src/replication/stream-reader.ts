/** Reads frames into steps: what happens to tables, in which transaction, and how far that is. */
import { decodePgoutput } from './pgoutput.ts'
import { readFrame } from './replication-frame.ts'
import { changeOf, type Relation, relationOf, type TableChange } from './table-change.ts'
import { wideXid } from './wide-xid.ts'

/** One step of the stream. A place is a number of bytes in the server's log. */
export type StreamStep =
  /** `commit` is the place of the commit, which rises from one transaction to the next. */
  | { readonly kind: 'begin'; readonly commit: bigint; readonly xid: bigint }
  | { readonly kind: 'change'; readonly table: string; readonly change: TableChange; readonly bytes: number }
  /** A change that does not tell the whole row that was: the table has to begin again. */
  | { readonly kind: 'blind'; readonly table: string }
  /** `end` is the place right behind the commit. */
  | { readonly kind: 'commit'; readonly end: bigint }
  /** Everything before `end` was sent. */
  | { readonly kind: 'quiet'; readonly end: bigint; readonly asksForStatus: boolean }

export class StreamReader {
  readonly #relations = new Map<number, Relation>()
  #near: bigint

  /** @param near A transaction id of about now, which tells the upper half of all that come. */
  constructor(near: bigint) {
    this.#near = near
  }

  /** @throws {SyntaxError} if it is no frame, or a change of a relation that nobody told of. */
  read(bytes: Buffer): readonly StreamStep[] {
    const frame = readFrame(bytes)
    if (frame.kind === 'keepalive') return [{ kind: 'quiet', end: frame.end, asksForStatus: frame.asksForStatus }]
    const message = decodePgoutput(bytes, frame.at)
    switch (message.kind) {
      case 'begin':
        this.#near = wideXid(message.xid, this.#near)
        return [{ kind: 'begin', commit: message.commit, xid: this.#near }]
      case 'commit':
        return [{ kind: 'commit', end: message.end }]
      case 'relation':
        this.#relations.set(message.relation, relationOf(message))
        return []
      case 'truncate':
        return message.relations.map((relation) => ({
          ...({ kind: 'change', table: this.#relation(relation).name } as const),
          ...({ change: { kind: 'truncate' }, bytes: 16 } as const),
        }))
      case 'insert':
      case 'update':
      case 'delete': {
        const relation = this.#relation(message.relation)
        if (!relation.isWhole && message.kind !== 'insert') return [{ kind: 'blind', table: relation.name }]
        const change = changeOf(relation, message)
        return change ? [{ kind: 'change', table: relation.name, change, bytes: bytes.length }] : []
      }
      default:
        return []
    }
  }

  #relation(number: number): Relation {
    const relation = this.#relations.get(number)
    if (!relation) throw new SyntaxError(`The server told a change of the relation ${number}, and not what that is.`)
    return relation
  }
}
