import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Marked, type Token, type Tokens } from 'marked'
import { highlight } from '../code/highlight.ts'
import { headingAnchors } from './heading-anchors.ts'
import type { Passage } from './passages.ts'
import { referencePassages } from './reference-passages.ts'

/** A chapter of a document: where it is, what it is called, and of how many signs its heading is: `##` or `###`. */
export interface Chapter {
  readonly id: string
  readonly text: string
  readonly depth: number
}

/** A document of the repository, as HTML. */
export interface Document {
  readonly title: string
  /** Without the title, which the page shows itself. */
  readonly html: string
  readonly chapters: readonly Chapter[]
}

/**
 * Reads a document of the repository.
 *
 * @param file From the root of the repository.
 * @param hrefOf Where a file of the repository is on this site; `undefined` if it is nowhere, and its link is text alone.
 */
export async function readDocument(file: string, hrefOf: (file: string) => string | undefined): Promise<Document> {
  const text = await textOf(file)
  const chapters: Chapter[] = []
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
  const anchorOf = headingAnchors()
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const id = anchorOf(text)
        if (depth === 2 || depth === 3) chapters.push({ id, depth, text: plainText(text).trim() })
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const target = /^(?:https?:|#)/.test(href) ? href : resolved(folder, href, hrefOf)
        return target === undefined ? inner : `<a href="${target}">${inner}</a>`
      },
      table({ header, rows }) {
        const cell = (tag: string, { tokens, align }: Tokens.TableCell) =>
          `<${tag}${align ? ` align="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag}>`
        const line = (tag: string, cells: Tokens.TableCell[]) =>
          `<tr>${cells.map((one) => cell(tag, one)).join('')}</tr>`
        const body = rows.map((cells) => line('td', cells)).join('')
        const hasNames = header.some(({ text }) => text !== '')
        const head = hasNames ? `<thead>${line('th', header).replaceAll('<th></th>', '<td></td>')}</thead>` : ''
        return `<div class="table" tabindex="0"><table>${head}<tbody>${body}</tbody></table></div>\n`
      },
      image({ href, text }) {
        return (this.parser.options as Made).pictures?.get(href) ?? text
      },
      code({ text }) {
        return `<pre translate="no" tabindex="0"><code>${(this.parser.options as Made).colours?.get(text) ?? ''}</code></pre>\n`
      },
    },
  })
  const tokens = marked.lexer(text)
  const [colours, pictures] = await Promise.all([coloured(tokens), drawn(tokens, folder)])
  const [first] = tokens
  const title = first?.type === 'heading' ? (first as Tokens.Heading).text : file
  // One reader must not find the title twice.
  const rest = first?.type === 'heading' ? tokens.slice(1) : tokens
  return { title, html: marked.parser(rest, { ...marked.defaults, colours, pictures } as Made), chapters }
}

/**
 * The passages of a document of the repository, for who looks for a word.
 *
 * @param file From the root of the repository.
 * @param href Where the document is on this site.
 */
export async function readPassages(file: string, href: string): Promise<readonly Passage[]> {
  const passages: Passage[] = []
  const anchorOf = headingAnchors()
  let guide = ''
  let open = { href, heading: '', text: '' }
  const close = () => {
    if (open.text !== '') passages.push({ ...open, guide, text: open.text.replace(/\s+/g, ' ').trim() })
  }
  for (const token of new Marked().lexer(await textOf(file))) {
    if (token.type !== 'heading') {
      open.text += `${plainText(token.raw)} `
      continue
    }
    close()
    const { depth, text } = token as Tokens.Heading
    const heading = plainText(text)
    if (depth === 1) guide = heading
    open = { href: depth === 1 ? href : `${href}#${anchorOf(text)}`, heading: depth === 1 ? '' : heading, text: '' }
  }
  close()
  return passages
}

/**
 * The passages of a page of the reference.
 *
 * @param file From the root of the repository.
 * @param href Where the page is on this site.
 */
export async function readReferencePassages(file: string, href: string): Promise<readonly Passage[]> {
  return referencePassages(new Marked().lexer(await textOf(file)), href)
}

/** Without the signs of Markdown, about: it is looked through, and never shown as a page. */
function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^```.*$/gm, '')
    .replace(/[`*|]|-{3,}/g, ' ')
}

function textOf(file: string): Promise<string> {
  return readFile(join(/* turbopackIgnore: true */ process.cwd(), '../..', file), 'utf8')
}

/** What the parser hands its renderers: each code block in colours, by its text, and each picture as it is drawn, by its file. */
type Made = NonNullable<Parameters<Marked['parser']>[1]> & {
  colours?: ReadonlyMap<string, string>
  pictures?: ReadonlyMap<string, string>
}

/** The pictures of a document, which are SVG beside it. As a part of the page they have its colours and letters, and no file to ask for. */
async function drawn(tokens: readonly Token[], folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Set<string>()
  new Marked().walkTokens([...tokens], (token) => {
    if (token.type === 'image' && token.href.endsWith('.svg')) files.add(token.href)
  })
  const read = [...files].map(async (file) => {
    const picture = await textOf(folder + file)
    return [file, picture.replace(/<style>[\s\S]*?<\/style>/, '').replaceAll('\n', '')] as const
  })
  return new Map(await Promise.all(read))
}

async function coloured(tokens: readonly Token[]): Promise<ReadonlyMap<string, string>> {
  const blocks = new Map<string, string>()
  const shells = new Set(['sh', 'bash', 'console'])
  const scripts = new Set(['ts', 'tsx', 'js', 'jsx', 'json'])
  for (const token of tokens) {
    if (token.type !== 'code') continue
    const { text, lang = '' } = token as Tokens.Code
    const [name = ''] = lang.split(' ')
    const language = shells.has(name) ? 'bash' : scripts.has(name) ? 'tsx' : undefined
    blocks.set(text, (await highlight(text, language)).join('\n'))
  }
  return blocks
}

function resolved(folder: string, href: string, hrefOf: (file: string) => string | undefined): string | undefined {
  const [path = '', anchor] = href.split('#')
  const target = hrefOf(new URL(path, `http://repository/${folder}`).pathname.slice(1))
  return target && (anchor === undefined ? target : `${target}#${anchor}`)
}
