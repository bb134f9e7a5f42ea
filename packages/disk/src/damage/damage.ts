/** Something that was kept is not there any more, or is not what was kept. */
export class DamagedStore extends Error {
  override readonly name = 'DamagedStore'
}

/** One record is damaged; others may be right. */
export class DamagedRecord extends DamagedStore {
  constructor(key: string) {
    super(`the record ${JSON.stringify(key)} is damaged`)
  }
}

/** What was to be kept could not be written. Nobody knows how much of it was. */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed'
}
