import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import type { GetStaticPaths, GetStaticProps } from 'next'
import { pulse } from '../../channels/pulse.ts'
import { PageTitle } from '../../components/frame/page-title.tsx'
import { type Framed, framed } from '../../components/pages-router/framed.ts'
import { Values } from '../../components/pages-router/values.tsx'
import { Pulse } from '../../components/pulse/pulse.tsx'
import { useWords } from '../../components/words/words-provider.tsx'
import { isLanguage } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'

interface Props {
  readonly framed: Framed
  readonly initial: SnapshotOf<typeof pulse>
}

/** None at build time, when there is no hub to fetch from: each is rendered for its first visitor. */
export const getStaticPaths: GetStaticPaths = () => ({ paths: [], fallback: 'blocking' })

export const getStaticProps: GetStaticProps<Props, { lang: string }> = async ({ params }) => {
  const language = params?.lang
  if (!isLanguage(language)) return { notFound: true }
  // What curl gets is enough to go on from: a value, and where in the channel it was read.
  const answer = await fetch(`${process.env.OWN_URL}/baro/channels/${pulse().channel}`)
  if (!answer.ok) throw new Error(`The hub answered ${answer.status}.`)
  const { snapshot, position } = await answer.json()
  const { title, lead } = wordsIn(language).pagesRouter
  return {
    props: {
      initial: { ...pulse(), version: pulse.version, position, value: snapshot },
      framed: await framed({
        language,
        path: '/pages-router',
        section: 'compare',
        title,
        description: lead,
        words: ['pagesRouter', 'pulse'],
        shown: 'pagesRouter',
      }),
    },
    revalidate: 10,
  }
}

export default function PagesRouterPage({ framed: { language }, initial }: Props) {
  const { pagesRouter: says } = useWords('pagesRouter')
  const { state } = useChannel(pulse, initial)
  return (
    <>
      <PageTitle title={says.title} lead={says.lead} />
      <Values language={language} rendered={initial.value.at(-1)} now={state.at(-1)} />
      <Pulse language={language} initial={initial} />
    </>
  )
}
