/**
 * How long a question may be without an answer until its link is doubted, in milliseconds: longer, if it takes a slow line
 * long to carry so many bytes. A doubt that comes before they can have arrived would come again and again.
 */
export function patienceMs(bytes: number): number {
  return 4_000 + bytes / 4
}
