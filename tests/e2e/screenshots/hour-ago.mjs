// Preloaded into the site: its process begins an hour ago, and lives through that hour in a minute. What it publishes,
// keeps and says of the time is then what it would be after an idle hour.
const startedMs = Date.now()
const speed = 60
const RealDate = Date
const now = () => Math.min(RealDate.now(), startedMs - 3_600_000 + (RealDate.now() - startedMs) * speed)

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts))
  }

  static now() {
    return now()
  }
}

const repeat = globalThis.setInterval
// Only the sampler repeats something each second.
globalThis.setInterval = (run, ms, ...rest) => repeat(run, ms === 1_000 ? ms / speed : ms, ...rest)
