import { BaroError } from '@baro/core'
import { DamagedStore } from './damage/damage.ts'
import { Ledger, type LedgerParts } from './ledger.ts'
import { Shelf, type ShelfOptions } from './shelf/shelf.ts'

/** A ledger, and the shelf under it. */
export interface OpenLedger {
  readonly shelf: Shelf
  readonly ledger: Ledger
}

/**
 * Opens what is kept in a folder that this process has locked.
 *
 * @throws {BaroError} `unavailable` if it is damaged, with what to do.
 */
export async function openLedger(shelfOptions: ShelfOptions, parts: Omit<LedgerParts, 'shelf'>): Promise<OpenLedger> {
  const { folder } = shelfOptions
  try {
    const shelf = await Shelf.open(shelfOptions)
    try {
      return { shelf, ledger: await Ledger.open({ ...parts, shelf }) }
    } catch (error) {
      await shelf.abandon()
      throw error
    }
  } catch (error) {
    if (!(error instanceof DamagedStore)) throw error
    throw new BaroError(
      'unavailable',
      `What is kept in ${folder} is damaged: ${error.message}. Nothing was changed. Put a copy of the folder back, or move it away: then every page gets a reset, and goes on.`,
      { cause: error },
    )
  }
}
