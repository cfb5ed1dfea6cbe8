import type { Db } from './db'
import type { Sealer } from './sealed'
import { listSealed, replaceSealed } from './sealed-store'

interface Sealed {
  db: Db
  sealer: Sealer
  /** With the columns `tenant_id`, `id` and `secrets`. */
  table: string
  /** What the secrets of a row were sealed for. */
  purposeOf(id: string): string
}

const PAGE = 200

/** Seals secrets again that were sealed with an old key, so that it can be thrown away. */
export async function reseal({ db, sealer, table, purposeOf }: Sealed): Promise<void> {
  for (let after: string | null = null; ; ) {
    const page = await listSealed(db, table, after, PAGE)
    for (const row of page) {
      if (!sealer.isOutdated(row.secrets)) continue
      const text = sealer.open(row.secrets, purposeOf(row.id))
      if (text !== undefined) await replaceSealed(db, table, row, sealer.seal(text, purposeOf(row.id)))
    }
    if (page.length < PAGE) return
    after = page.at(-1)?.id ?? null
  }
}
