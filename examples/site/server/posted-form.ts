import { isOwnOrigin } from './own-origin.ts'

/** A form of this site that was posted, or the status that refuses it. */
export type Posted = { readonly field: (name: string) => string } | { readonly refusedBy: number }

/** Reads a form that a page of this site has posted: by its script, or without one. */
export async function readPostedForm(request: Request, maxBytes: number): Promise<Posted> {
  // A form on another site may post here too, and would speak for whoever reads that site.
  if (!isOwnOrigin(request.headers)) return { refusedBy: 403 }
  // A body without its length could be any number of bytes.
  if (!(Number(request.headers.get('content-length') ?? Number.NaN) <= maxBytes)) return { refusedBy: 413 }
  const form = await request.formData().catch(() => undefined)
  // Browsers post a line break as CRLF.
  return {
    field: (name) =>
      String(form?.get(name) ?? '')
        .replaceAll('\r\n', '\n')
        .trim(),
  }
}

/** Leads a browser to a page, with cookies to keep. */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  return answer(303, cookies, { location })
}

/** Answers a script. */
export function answer(
  status: number,
  cookies: readonly string[] = [],
  headers: Readonly<Record<string, string>> = {},
) {
  const response = new Response(null, { status, headers: { 'cache-control': 'no-store', ...headers } })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** Whether a script has posted the form, which wants no page. */
export function isScript({ headers }: Request): boolean {
  return headers.get('accept') === 'application/json'
}
