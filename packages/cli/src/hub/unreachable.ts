import { BaroError } from '@baro/core'

/** What the system says when a request does not get through, by its code, and what to do about it. */
const reasons: Readonly<Record<string, (host: string) => string>> = {
  ECONNREFUSED: (host) => `Nothing listens at ${host}. Start the server, or name another hub: --hub URL, or BARO_URL.`,
  ENOTFOUND: (host) => `No such host: ${host}. Correct the URL.`,
  EAI_AGAIN: (host) => `The name ${host} cannot be looked up now. Is there a network?`,
  ECONNRESET: (host) => `${host} has closed the connection without an answer. Does it speak HTTP there, or only HTTPS?`,
  UND_ERR_SOCKET: (host) =>
    `${host} has closed the connection without an answer. Does it speak HTTP there, or only HTTPS?`,
  ETIMEDOUT: (host) => `${host} does not answer. A firewall that drops what it does not let through looks like this.`,
  UND_ERR_CONNECT_TIMEOUT: (host) =>
    `${host} does not answer. A firewall that drops what it does not let through looks like this.`,
  UND_ERR_HEADERS_TIMEOUT: (host) => `${host} has taken the request, and does not answer it.`,
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired. Renew it: browsers refuse it as well.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) =>
    `The certificate of ${host} is signed by itself. Name it in NODE_EXTRA_CA_CERTS to believe it.`,
  SELF_SIGNED_CERT_IN_CHAIN: (host) =>
    `A certificate of ${host} is signed by itself. Name it in NODE_EXTRA_CA_CERTS to believe it.`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) =>
    `${host} does not send the certificates between its own and a known one. Let it send the whole chain.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The certificate of ${host} is for another name.`,
  ERR_SSL_WRONG_VERSION_NUMBER: (host) => `${host} does not speak TLS there. Ask by http:.`,
  EPROTO: (host) => `${host} does not speak TLS there. Ask by http:.`,
}

/** The error of a request that got no answer, in words that say what to do. */
export function unreachable(url: string, error: unknown): BaroError {
  const { host } = new URL(url)
  const code = codeIn(error)
  const words = (code && reasons[code]?.(host)) ?? `${host} cannot be asked: ${deepest(error)}.`
  return new BaroError('unavailable', words, { cause: error })
}

function codeIn(error: unknown): string | undefined {
  // An address for each family that was tried, and the error of each.
  if (error instanceof AggregateError) return codeIn(error.errors[0])
  const { code, cause } = (error ?? {}) as { readonly code?: string; readonly cause?: unknown }
  return cause === undefined ? code : (codeIn(cause) ?? code)
}

function deepest(error: unknown): string {
  const { cause, message } = (error ?? {}) as { readonly cause?: unknown; readonly message?: string }
  return cause === undefined ? (message ?? String(error)) : deepest(cause)
}
