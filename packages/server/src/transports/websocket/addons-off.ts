const name = 'WS_NO_BUFFER_UTIL'
const before = process.env[name]

// Read by `ws` while it is loaded.
process.env[name] = '1'

/** Puts the environment back as it was: other copies of `ws` in this process are not ours to change. */
export function addonsAsBefore(): void {
  if (before === undefined) delete process.env[name]
  else process.env[name] = before
}
