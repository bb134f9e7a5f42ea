/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Round after round, one run of each: a machine that gets slower on the way is slower for all of them. */
export async function interleave<Subject, Run>(
  rounds: number,
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<Run>,
): Promise<readonly Run[]> {
  const runs: Run[] = []
  for (let round = 0; round < rounds; round++) for (const subject of subjects) runs.push(await measure(subject))
  return runs
}

/** Prints a run as soon as there is one: a full part takes minutes. */
export function printed<Run extends object>(run: Run): Run {
  console.log(JSON.stringify(run))
  return run
}
