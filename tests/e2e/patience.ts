/** How long a condition may take to come true on a busy machine before a test gives up on it. A wait ends when it is true. */
export const patience = { timeout: 60_000 } as const

/** How long a whole test, and starting what it needs, may take there. For `vi.setConfig`. */
export const slow = { testTimeout: 240_000, hookTimeout: 240_000 } as const
