import type { JournalEntry, JournalHead, JournalStore } from '../../src/stores/journal.ts'

/** The whole journal at once; for tests, whose journals are short. */
export async function readSnapshot(journal: JournalStore): Promise<{ head: JournalHead; entries: JournalEntry[] }> {
  const { head, pages } = await journal.snapshot()
  const entries: JournalEntry[] = []
  for await (const page of pages) entries.push(...page)
  return { head, entries }
}
