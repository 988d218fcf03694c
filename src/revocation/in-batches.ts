/** One write of many things. Answers in their order. */
export type WriteBatch<Item, Answer> = (items: readonly Item[]) => Promise<readonly Answer[]>

export interface Batching<Item, Answer> {
  write: WriteBatch<Item, Answer>
  /** No two with the same key are in one write; the later one waits for the next. */
  keyOf(item: Item): string
  maxSize: number
}

interface Waiting<Item, Answer> {
  item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Writes together what comes while a write is under way, so that a thousand callers at once cost a few statements and one alone
 * waits for nobody. Each waits until its own is written, and hears when that failed.
 */
export function createInBatches<Item, Answer>({ write, keyOf, maxSize }: Batching<Item, Answer>): (item: Item) => Promise<Answer> {
  let waiting: Array<Waiting<Item, Answer>> = []
  let isWriting = false

  function takeBatch(): Array<Waiting<Item, Answer>> {
    const taken = new Map<string, Waiting<Item, Answer>>()
    const left: typeof waiting = []
    for (const each of waiting) {
      const key = keyOf(each.item)
      if (taken.size < maxSize && !taken.has(key)) taken.set(key, each)
      else left.push(each)
    }
    waiting = left
    return [...taken.values()]
  }

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      const batch = takeBatch()
      try {
        const answers = await write(batch.map(({ item }) => item))
        batch.forEach(({ resolve }, at) => resolve(answers[at]!))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isWriting = false
  }

  return item => new Promise((resolve, reject) => {
    waiting.push({ item, resolve, reject })
    if (!isWriting) void writeAll()
  })
}
