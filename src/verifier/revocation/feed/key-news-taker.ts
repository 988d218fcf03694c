import type { KeyNews } from './feed-messages.ts'
import type { KeyListener } from '../revocation-checker.ts'

/** Passes on what the feed says of keys, where that is news: each answer of long polling says it again. Answers whether it was. */
export function createKeyNewsTaker(keys: Pick<KeyListener, 'replaceKeys'>): (news: KeyNews) => boolean {
  let last = ''
  return news => {
    const told = JSON.stringify(news)
    if (told === last) return false
    keys.replaceKeys(news.keys, news.removed)
    last = told
    return true
  }
}
