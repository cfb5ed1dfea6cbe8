import { createDb } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'

/** Migrates in a process of its own, for a test that kills it. */
const db = createDb(process.env.DATABASE_URL ?? '', 2)
void migrate(db, process.env.FOLDER).finally(() => db.destroy())
