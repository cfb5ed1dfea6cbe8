import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb } from '../../../src/base/db'
import { migrate } from '../../../src/base/migrate'
import { ROOT } from '../../../src/base/root'
import { findListed } from '../../../src/jobs/schedules/schedule-store'
import { emptyDatabase } from '../../support/parts'

const TENANT = '00000000-0000-7000-8000-000000000001'
const ID = '01a1fe47-fadb-7286-a422-db8d90ee84c1'
const JOB = '01a1fe47-fadb-7286-a422-db8d90ee84c2'

test("an upgrade keeps the program's schedule, which people cannot change", async () => {
  const database = await emptyDatabase()
  const db = createDb(database.url, 2)
  const before = await mkdtemp(join(tmpdir(), 'tailrace-migrations-'))
  const all = join(ROOT, 'migrations')
  for (const file of await readdir(all)) if (file < '0050') await copyFile(join(all, file), join(before, file))
  await migrate(db, before)
  await db('job_schedules').insert({
    id: ID,
    tenant_id: TENANT,
    name: 'retention',
    kind: 'cleanup',
    input: '{"dry_run":false}',
    cron: '17 * * * *',
    timezone: 'UTC',
    created_by: '{"type":"system","id":null,"name":"retention"}',
    last_job_id: JOB,
  })
  await migrate(db)
  expect(await findListed(db, TENANT, ID)).toMatchObject({
    name: 'retention',
    cron: '17 * * * *',
    is_system: true,
    enabled: true,
    overlap: 'skip',
    catch_up: 'one',
    next_at: null,
    ended_at: null,
    open_jobs: [JOB],
  })
  await db.destroy()
  await database.drop()
  await rm(before, { recursive: true })
})
