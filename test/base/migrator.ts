import { createDb } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'

/** Migrates in a separate process, for a test that kills it. */
const db = createDb(process.env.DATABASE_URL ?? '', 2)
void migrate(db, process.env.FOLDER).finally(() => db.destroy())
