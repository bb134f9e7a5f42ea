/** PostgreSQL's text of an array, `{1,NULL,"a \"b\""}`, as nested lists of texts (PostgreSQL manual §8.15.2 and §8.15.6). */

/** The texts in an array; `null` for NULL. */
export type ArrayTexts = readonly (string | null | ArrayTexts)[]

/**
 * Reads the text of an array. The bounds before it (`[0:1]={a,b}`) are not kept: a list counts from the start.
 *
 * @throws {SyntaxError} if the text is no array.
 */
export function readArrayText(text: string): ArrayTexts {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const reader = { text, at: start }
  const list = readList(reader)
  if (reader.at !== text.length) throw wrong(reader)
  return list
}

interface Reader {
  readonly text: string
  at: number
}

function readList(reader: Reader): ArrayTexts {
  if (reader.text[reader.at] !== '{') throw wrong(reader)
  reader.at++
  const list: (string | null | ArrayTexts)[] = []
  if (reader.text[reader.at] === '}') {
    reader.at++
    return list
  }
  for (;;) {
    list.push(readItem(reader))
    const next = reader.text[reader.at++]
    if (next === '}') return list
    if (next !== ',') throw wrong(reader)
  }
}

function readItem(reader: Reader): string | null | ArrayTexts {
  const { text, at } = reader
  if (text[at] === '{') return readList(reader)
  if (text[at] === '"') return readQuoted(reader)
  let end = at
  while (end < text.length && text[end] !== ',' && text[end] !== '}') end++
  if (end === at) throw wrong(reader)
  reader.at = end
  const bare = text.slice(at, end)
  return bare.toUpperCase() === 'NULL' ? null : bare
}

function readQuoted(reader: Reader): string {
  let value = ''
  for (let at = reader.at + 1; at < reader.text.length; at++) {
    const character = reader.text[at]
    if (character === '"') {
      reader.at = at + 1
      return value
    }
    value += character === '\\' ? reader.text[++at] : character
  }
  throw wrong(reader)
}

function wrong({ text, at }: Reader): SyntaxError {
  return new SyntaxError(`This is no array, at character ${at}: ${text.slice(0, 80)}`)
}

/** Writes the text of an array. */
export function writeArrayText(list: ArrayTexts): string {
  const items = list.map((item) => {
    if (item === null) return 'NULL'
    return typeof item === 'string' ? `"${item.replace(/["\\]/g, '\\$&')}"` : writeArrayText(item)
  })
  return `{${items.join(',')}}`
}
