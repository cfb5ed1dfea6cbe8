import type { Db } from '../../base/db'
import { COMPARISONS } from '../../contract/values'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { type ChangeRow, listChanges } from './compare-store'
import { grouped } from './grouped'

/** Of each kind. */
const ITEMS_MAX = 1_000

/** Compares a crawl with an earlier one. */
export async function compareCrawls(db: Db, later: CrawlRef, earlierId: string) {
  const byKind = grouped(await listChanges(db, later, earlierId, ITEMS_MAX), ({ kind }) => kind)
  const itemsOf = (kind: string) => (byKind.get(kind) ?? []).map(withoutKind)
  const count = (kind: string) => byKind.get(kind)?.[0]?.total ?? 0
  const [added, gone, changed, moved] = COMPARISONS
  return {
    new: itemsOf(added),
    gone: itemsOf(gone),
    changed: itemsOf(changed),
    moved: itemsOf(moved),
    counts: {
      new: count(added),
      gone: count(gone),
      changed: count(changed),
      moved: count(moved),
      unchanged: count('unchanged'),
    },
  }
}

const withoutKind = ({ kind: _kind, total: _total, ...change }: ChangeRow) => change
