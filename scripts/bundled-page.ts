import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Where the script is kept. */
export const pagePath: string = fileURLToPath(new URL('../packages/inspector/src/page-script.ts', import.meta.url))

/** The module that holds the script of the page. */
export async function bundledPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../packages/inspector/src/page/main.ts', import.meta.url))],
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2023', charset: 'utf8' },
  })
  const text = JSON.stringify(outputFiles?.[0]?.text ?? '').replace(
    /[\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16)}`,
  )
  return `/** Made of src/page by \`npm run inspector:page\`. */\nexport const pageScript: string = ${text}\n`
}
