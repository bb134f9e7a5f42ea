/** What is remembered of publishes as text: a list, as a record is. */
import type { ClaimShare, KeptClaim, Settlement } from '@baro/core/broker'

type Fields = readonly [
  answered: number,
  isAtWork: boolean,
  /** A position as its text, for most answers are one. */
  answers: readonly (string | Settlement)[],
  share: ClaimShare,
  windowMs: number,
  until: number,
]

export function claimText({ answered, isAtWork, answers, share, windowMs, until }: KeptClaim): string {
  const fields: Fields = [answered, isAtWork, answers.map(answerField), share, windowMs, until]
  return JSON.stringify(fields)
}

export function claimIn(text: string): KeptClaim {
  const [answered, isAtWork, answers, share, windowMs, until] = JSON.parse(text) as Fields
  return {
    answered,
    isAtWork,
    answers: answers.map((answer) => (typeof answer === 'string' ? { position: answer } : answer)),
    share,
    windowMs,
    until,
  }
}

function answerField(answer: Settlement): string | Settlement {
  return 'position' in answer ? (answer.position ?? answer) : answer
}
