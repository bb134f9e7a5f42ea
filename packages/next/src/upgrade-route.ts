/** What is known when an upgrade was not taken by the hub. */
export interface UpgradeSituation {
  /** The path of the request, with or without a query. */
  readonly url: string
  readonly production: boolean
  /** Whether anybody but Baro listens for upgrades; Next does from its first request on. */
  readonly othersListen: boolean
  /** Whether the application asked to leave unknown upgrades alone. */
  readonly passOthers: boolean
}

/** Decides what becomes of an upgrade that is not the hub's: no socket may be left hanging. */
export function routeUpgrade({ url, production, othersListen, passOthers }: UpgradeSituation): 'others' | 'refuse' {
  if (!othersListen) return 'refuse'
  if (passOthers) return 'others'
  // Hot reloading is Next's, below its base path; a server in production has none.
  return !production && /^[^?]*\/_next\//.test(url) ? 'others' : 'refuse'
}
