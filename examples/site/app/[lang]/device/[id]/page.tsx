import { members } from '@baro/core'
import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { device, devices } from '../../../../channels/device.ts'
import { SourceFiles } from '../../../../components/code/source-files.tsx'
import { DevicePanel } from '../../../../components/device/device-panel.tsx'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export const revalidate = 3600

// As of rooms: each page is rendered when somebody first asks for it.
export function generateStaticParams() {
  return []
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(device, params)])
  const words = wordsIn(language)
  const path = `/device/${encodeURIComponent(id)}`
  return pageMetadata({ language, path, title: words.device.title(id), description: words.demos.hints.device })
}

export default async function DevicePage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(device, params)
  const [initial, here] = await Promise.all([snapshot(device({ id })), snapshot(members(devices()))])
  return (
    <PageFrame language={language} words={['device']} path={`/device/${encodeURIComponent(id)}`} section="device">
      <DevicePanel language={language} id={id} initial={initial} here={here} />
      <SourceFiles language={language} page="device" />
    </PageFrame>
  )
}
