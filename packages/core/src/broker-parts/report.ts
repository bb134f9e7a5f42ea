/** Reports what somebody threw whom a broker called: a sentence for the log, and what was thrown. */
export type Report = (sentence: string, error: unknown) => void
