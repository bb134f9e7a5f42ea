// One spelling in all languages: the server's and the browser's can never differ, and columns keep their width.

/** A share from 0 to 1, as `42 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Two decimals, or none where they tell nothing. */
export function decimal(value: number): string {
  return value.toFixed(Number.isInteger(value) || value >= 10 ? 0 : 2)
}

/** Milliseconds, with one decimal where it tells something. */
export function milliseconds(value: number): string {
  return `${value.toFixed(value === 0 || value >= 10 ? 0 : 1)} ms`
}

/** Bytes in the largest unit that leaves a whole number. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  const scaled = value / 1_024 ** step
  return `${step > 0 && scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${units[step]}`
}

/** Bytes per second. */
export function rate(value: number): string {
  return `${bytes(value)}/s`
}
