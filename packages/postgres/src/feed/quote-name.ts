/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Schema and table, `public.messages`, as SQL takes them. */
export function quoteTable(name: string): string {
  return name.split('.').map(quoteName).join('.')
}

/** A text as SQL takes it where there are no parameters, such as in the arguments of a trigger. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
