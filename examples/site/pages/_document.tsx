import { type DocumentProps, Head, Html, Main, NextScript } from 'next/document'
import { isLanguage, languages } from '../i18n/languages.ts'

/** The document around each page of this router, in the language of its path. */
export default function Document({ __NEXT_DATA__: { query } }: DocumentProps) {
  const { lang } = query
  return (
    <Html lang={typeof lang === 'string' && isLanguage(lang) ? lang : languages[0]}>
      <Head>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  )
}
