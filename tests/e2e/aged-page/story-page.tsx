import type { Snapshot, TypesOf } from '@baro/core'
import { useChannel } from '@baro/react'
import type { storyOf } from './story.ts'

type Story = ReturnType<typeof storyOf>

/** The lines as the server has rendered them, and from there on live. */
export function StoryPage({ story, initial }: { story: Story; initial: Snapshot<TypesOf<Story>> }) {
  const { state, status } = useChannel(story, initial)
  return (
    <main data-state={status.state}>
      <ul>
        {state.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </main>
  )
}
