import { CodeBlock } from './code-block.tsx'
import { type CodeOptions, codeHtml } from './code-html.ts'

/** A piece of code, in colours. */
export async function Code(options: CodeOptions) {
  return <CodeBlock html={await codeHtml(options)} />
}
