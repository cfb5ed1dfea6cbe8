import fc from 'fast-check'
import { Problem } from '../../../src/base/errors'
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
})
