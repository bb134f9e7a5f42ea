/** Runs what concerns one thing one after the other: between the look at a state and the publication nothing happens. */
export function createTurns(): <Result>(id: string, run: () => Promise<Result>) => Promise<Result> {
  const last = new Map<string, Promise<unknown>>()
  return (id, run) => {
    const turn = (last.get(id) ?? Promise.resolve()).then(run, run)
    last.set(id, turn)
    const leave = () => {
      if (last.get(id) === turn) last.delete(id)
    }
    turn.then(leave, leave)
    return turn
  }
}
