// What a terminal obeys, and what turns the direction of a line around.
const obeyed = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufeff]/gu

/** Text of strangers as text: nothing in it moves the cursor, changes colours or turns a line around. */
export function plain(text: string): string {
  return text.replace(obeyed, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same, on one line. */
export function onOneLine(text: string): string {
  return plain(text).replaceAll('\n', '\\n')
}
