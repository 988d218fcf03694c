import type { KeyNews } from './feed-messages.ts'
import type { KeyListener } from '../revocation-checker.ts'

/**
 * Passes on what the feed says of keys, and answers whether that is news: each answer of long polling says it again. It is passed
 * on in any case: while the feed was away other keys may have been fetched, which a cache on the way had kept too long.
 */
export function createKeyNewsTaker(keys: Pick<KeyListener, 'replaceKeys'>): (news: KeyNews) => boolean {
  let last = ''
  return news => {
    const told = JSON.stringify(news)
    const isNew = told !== last
    keys.replaceKeys(news.keys, news.removed)
    last = told
    return isNew
  }
}
