/** The longest wait of a held request, in seconds: proxies give up after 30 to 60. */
export const longestWaitSeconds = 30
