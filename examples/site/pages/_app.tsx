import type { AppProps } from 'next/app'
import { CodeBlock } from '../components/code/code-block.tsx'
import { Source, Sources } from '../components/code/sources.tsx'
import { Frame } from '../components/frame/frame.tsx'
import { LiveProvider } from '../components/live/live-provider.tsx'
import type { Framed } from '../components/pages-router/framed.ts'
import { PageHead } from '../components/pages-router/page-head.tsx'
import { useWords, WordsProvider } from '../components/words/words-provider.tsx'
import '../app/globals.css'

/** What the layout and the frame of a page are in the App Router, with the code of the page below it. */
export default function App({ Component, pageProps }: AppProps<{ framed?: Framed }>) {
  const { framed } = pageProps
  // Next's own page for an error.
  if (!framed) return <Component {...pageProps} />
  const { language, texts } = framed
  return (
    <WordsProvider language={language} texts={texts}>
      <PageHead {...framed} />
      <LiveProvider language={language}>
        <Frame {...framed}>
          <Component {...pageProps} />
          <SourcesOf {...framed} />
        </Frame>
      </LiveProvider>
    </WordsProvider>
  )
}

function SourcesOf({ sources }: Framed) {
  const { live } = useWords('live')
  return (
    <Sources summary={live.sources}>
      {sources.map(({ file, html }) => (
        <Source key={file} file={file}>
          <CodeBlock html={html} />
        </Source>
      ))}
    </Sources>
  )
}
