import Head from 'next/head'
import { languages } from '../../i18n/languages.ts'
import type { Framed } from './framed.ts'

/** What `pageMetadata` says of a page of the App Router. */
export function PageHead({ language, path, title, description, origin, site }: Framed) {
  const urlOf = (path: string) => new URL(path, origin).href
  const url = urlOf(`/${language}${path}`)
  return (
    <Head>
      <title>{`${title} · ${site.title}`}</title>
      <meta name="description" content={description} />
      <meta name="color-scheme" content="light dark" />
      <link rel="canonical" href={url} />
      {languages.map((one) => (
        <link key={one} rel="alternate" hrefLang={one} href={urlOf(`/${one}${path}`)} />
      ))}
      <link rel="alternate" hrefLang="x-default" href={urlOf(path)} />
      <meta name="twitter:card" content="summary_large_image" />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={url} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={description} />
      <meta property="og:locale" content={language} />
      <meta property="og:image" content={urlOf('/share.png')} />
      <meta property="og:image:width" content="1200" />
      <meta property="og:image:height" content="630" />
      <meta property="og:image:alt" content={description} />
    </Head>
  )
}
