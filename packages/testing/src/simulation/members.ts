/** Who may read what, as the application keeps it: the rule of every node looks here. Whoever was not put out is in. */
export class Members {
  readonly #out = new Map<string, Set<string>>()

  mayRead(user: string | undefined, channel: string): boolean {
    return user === undefined || !this.#out.get(user)?.has(channel)
  }

  putOut(user: string, channels: readonly string[]): void {
    this.#out.set(user, new Set([...(this.#out.get(user) ?? []), ...channels]))
  }

  /** Returns whether the user was out of anything. */
  letIn(user: string): boolean {
    return this.#out.delete(user)
  }

  /** Who is out of what. */
  get out(): readonly (readonly [user: string, channel: string])[] {
    return [...this.#out].flatMap(([user, channels]) => [...channels].map((channel) => [user, channel] as const))
  }
}
