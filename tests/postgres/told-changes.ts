import type { RealtimeChannel } from '@supabase/supabase-js'

/** A change as the client of Supabase hands it to a page. */
export type Changed = Record<string, unknown>

/** What a binding of a topic is told, and when it has been told so much. */
export class Told {
  readonly all: Changed[] = []
  #looks: (() => void)[] = []

  constructor(
    topic: RealtimeChannel,
    binding: { event: string; schema?: string; table?: string; filter?: string; select?: string[] },
  ) {
    topic.on('postgres_changes', { schema: 'public', ...binding } as never, (change: Changed) => {
      this.all.push(change)
      for (const look of this.#looks) look()
    })
  }

  count(count: number): Promise<readonly Changed[]> {
    return new Promise((resolve) => {
      const look = () => this.all.length >= count && resolve(this.all)
      this.#looks.push(look)
      look()
    })
  }
}
