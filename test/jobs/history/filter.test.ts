import fc from 'fast-check'
import type { Knex } from 'knex'
import { writeCursor } from '../../../src/api'
import type { Db } from '../../../src/base/db'
import { Problem } from '../../../src/base/errors'
import { newId } from '../../../src/base/ids'
import { parse } from '../../../src/base/parse'
import { jobRoutes } from '../../../src/contract/jobs'
import { act, scripted } from '../kinds'
import { ACTOR, createPlace, type TestNode, untilState } from '../node'

test('any query is either accepted or refused with the path of the fault', () => {
  const values = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.string()))
  const names = fc.constantFrom(
    'status',
    'kind',
    'queue',
    'q',
    'parent_id',
    'since',
    'limit',
    'cursor',
    'actor',
    'roots',
    'x',
  )
  fc.assert(
    fc.property(fc.dictionary(names, values), query => {
      try {
        parse(jobRoutes.list.query, query, 'query')
      } catch (error) {
        expect(error).toBeInstanceOf(Problem)
        for (const { path } of (error as Problem).errors) expect(path).toMatch(/^query\./)
      }
    }),
  )
})

describe('search', () => {
  let place: Awaited<ReturnType<typeof createPlace>>
  let node: TestNode
  const found = async (query: Record<string, string>) => {
    const { limit, cursor, sort, ...filter } = parse(jobRoutes.list.query, query, 'query')
    const { items } = await node.jobs.list(place.tenantId, filter, { limit, cursor, sort })
    return items.map(({ id }) => id)
  }
  beforeAll(async () => {
    place = await createPlace()
    node = await place.start({ handlers: scripted })
  })
  afterAll(() => place.stop())

  test('by status, kind, queue, text, time, actor and parent', async () => {
    const good = (await node.jobs.enqueue(act, { value: 'needle 50%_"x"' }, node.by)).job
    const bad = (
      await node.jobs.enqueue(
        act,
        { does: 'throw' },
        { ...node.by, createdBy: { type: 'user', id: 'u1', name: 'Ada' } },
      )
    ).job
    await untilState(node, good.id, 'completed')
    await untilState(node, bad.id, 'failed')
    expect(await found({ status: 'failed' })).toEqual([bad.id])
    expect(await found({ status: 'failed,completed', kind: 'act', queue: 'demo' })).toEqual([bad.id, good.id])
    expect(await found({ q: '50%_"x"' })).toEqual([good.id])
    expect(await found({ q: '50x' })).toEqual([])
    expect(await found({ q: 'AS ASKED' })).toEqual([bad.id])
    expect(await found({ q: bad.id.slice(0, 13) })).toContain(bad.id)
    expect(await found({ actor: 'ada' })).toEqual([bad.id])
    expect(await found({ actor: 'u1' })).toEqual([bad.id])
    expect(await found({ since: bad.created_at ?? '' })).toEqual([bad.id])
    expect(await found({ until: good.created_at ?? '' })).toEqual([])
    expect(await found({ parent_id: good.id })).toEqual([])
  })

  test('pages list every job once, newest or oldest first', async () => {
    const made = await Promise.all(
      Array.from({ length: 25 }, () =>
        node.jobs.enqueue(act, {}, { ...node.by, createdBy: { ...ACTOR, name: 'pager' } }),
      ),
    )
    const ids = made.map(({ job }) => job.id).sort()
    for (const [sort, expected] of [
      ['created', ids],
      ['-created', ids.toReversed()],
    ] as const) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await node.jobs.list(place.tenantId, { actor: 'pager' }, { limit: 7, cursor, sort })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.next_cursor ?? undefined
      } while (cursor)
      expect(seen).toEqual(expected)
    }
  })

  test.each([
    ['all jobs', {}],
    ['open jobs', { status: 'pending,running' }],
    ['failed jobs', { status: 'failed' }],
    ['jobs of later pages', { cursor: writeCursor(newId()) }],
  ])('the first page of %s is read from an index, whatever the size of the history', async (_what, query) => {
    await fillHistory(node.db, place.tenantId)
    const [statement] = await statementsOf(node.db, () => found(query))
    const { rows } = await node.db.raw(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement?.sql}`, statement?.bindings ?? [])
    const [scan, ...others] = scansIn(rows[0]['QUERY PLAN'][0].Plan)
    expect(others).toEqual([])
    expect(scan?.['Node Type']).toMatch(/^Index/)
    expect((scan?.['Actual Rows'] ?? 0) + (scan?.['Rows Removed by Filter'] ?? 0)).toBeLessThan(200)
  })
})

/** Ended jobs, many more than a page has. */
async function fillHistory(db: Db, tenantId: string) {
  await db.raw(
    `INSERT INTO jobs (tenant_id, id, kind, queue, status, max_attempts, priority, input, root_id, created_by, created_at,
       ended_at)
     SELECT :tenantId, id, 'act', 'demo', 'completed', 1, 0, '{}', id, '{"type":"user","id":"u","name":"Past"}', now(), now()
     FROM (SELECT CAST('00000000-0000-7000-8000-' || lpad(n::text, 12, '0') AS uuid) AS id
       FROM generate_series(1, 20000) AS n) AS made
     ON CONFLICT DO NOTHING`,
    { tenantId },
  )
  await db.raw('ANALYZE jobs')
}

async function statementsOf(db: Db, work: () => Promise<unknown>) {
  const statements: { sql: string; bindings: Knex.RawBinding[] }[] = []
  const note = ({ sql, bindings }: (typeof statements)[number]) =>
    void (sql.includes('from "jobs"') && statements.push({ sql: sql.replace(/\$\d+/g, '?'), bindings }))
  db.on('query', note)
  await work()
  db.removeListener('query', note)
  return statements
}

interface PlanNode {
  'Node Type': string
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

const scansIn = (plan: PlanNode): PlanNode[] => [
  ...(plan['Node Type'].includes('Scan') ? [plan] : []),
  ...(plan.Plans ?? []).flatMap(scansIn),
]
