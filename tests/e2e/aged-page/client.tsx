import { hydrateRoot } from 'react-dom/client'
import { storyOf } from './story.ts'
import { StoryPage } from './story-page.tsx'

// A bundle is that of one deploy.
declare const DEPLOYED_VERSION: string

const [root, initial] = ['root', 'initial'].map((id) => document.getElementById(id))
const story = storyOf({ version: DEPLOYED_VERSION, kept: 1 })
if (root && initial?.textContent)
  hydrateRoot(root, <StoryPage story={story} initial={JSON.parse(initial.textContent)} />)
