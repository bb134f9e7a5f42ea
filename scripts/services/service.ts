/** Something that tests need beside Node: one file for each. */
export interface Service {
  readonly name: string
  /**
   * Finds it, or installs it where that is possible, and says how tests reach it: variables of their environment.
   *
   * @throws {Error} a sentence that says what to do, if it is not there.
   */
  prepare(): Readonly<Record<string, string>>
}
