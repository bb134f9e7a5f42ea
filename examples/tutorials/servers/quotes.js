import { EventEmitter } from 'node:events'

/** Where the data comes from. Emits `change`, with `{ symbol, price }`. */
export const quotes = new EventEmitter()
