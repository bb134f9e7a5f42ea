import { members } from '@baro/core'
import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { devices } from '../../../channels/device.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { DeviceList } from '../../../components/device/device-list.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 3600

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({
    language,
    path: '/device',
    title: words.device.listTitle,
    description: words.demos.hints.device,
  })
}

export default async function DevicesPage({ params }: Props) {
  const language = await pageLanguage(params)
  const [initial, here] = await Promise.all([snapshot(devices()), snapshot(members(devices()))])
  return (
    <PageFrame language={language} words={['device']} path="/device" section="device">
      <DeviceList language={language} initial={initial} here={here} />
      <SourceFiles language={language} page="devices" />
    </PageFrame>
  )
}
