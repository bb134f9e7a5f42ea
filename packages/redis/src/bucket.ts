/**
 * All keys of a bucket have the same hash tag, hence one slot of a cluster, so a script may work on all of them. A channel is in one bucket,
 * with its claims. There are few enough buckets to look at each of them now and then, and enough to spread over many shards.
 */
export class Buckets {
  readonly #prefix: string
  readonly #count: number

  constructor(prefix: string, count: number) {
    this.#prefix = prefix
    this.#count = count
  }

  /** The keys of all. */
  get keys(): readonly string[] {
    return Array.from({ length: this.#count }, (_, bucket) => this.key(bucket))
  }

  key(bucket: number): string {
    return `${this.#prefix}{${bucket}}`
  }

  /** The key of the bucket of a channel, the same on every node (FNV-1a). */
  keyFor(channel: string): string {
    let hash = 0x811c9dc5
    for (let index = 0; index < channel.length; index++) hash = Math.imul(hash ^ channel.charCodeAt(index), 0x01000193)
    return this.key(((hash ^ (hash >>> 16)) >>> 0) % this.#count)
  }
}

/** How many there are. All nodes of an application must have the same, so it is no option. */
export const bucketCount = 512
