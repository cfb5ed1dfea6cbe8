import { ownParts } from '../../support/parts'
import { addMonitor, type Pages, startPages } from './world'

let parts: Awaited<ReturnType<typeof ownParts>>
let pages: Pages
beforeAll(async () => {
  parts = await ownParts()
  pages = await startPages(parts.postgres)
})
afterAll(async () => {
  await pages?.stop()
  await parts?.stop()
})

test('while PostgreSQL is away, the last good copy is shown with its time, for an hour', async () => {
  const id = await addMonitor(pages.db, { name: 'Kept' })
  await pages.create({ slug: 'kept', title: 'Kept', monitor_ids: [id], published: true })
  await pages.create({ slug: 'unseen', title: 'Unseen', published: true })
  const { updated_at } = await pages.statusOf('kept')
  await parts.postgres.stop()
  const clock = jest.spyOn(Date, 'now')
  const started = Date.now()
  clock.mockImplementation(() => started + 60_000)

  const old = await pages.visit('kept')
  expect(old.status).toBe(200)
  expect(old.text).toContain('Newer data is not available at the moment.')
  expect(old.text).toContain(`<time datetime="${updated_at}"`)
  expect((await pages.statusOf('kept')).updated_at).toBe(updated_at)
  expect((await pages.visit(`kept/${id}.svg`)).text).toContain('<title>Kept: up</title>')

  const unseen = await pages.visit('unseen')
  expect([unseen.status, unseen.headers.get('retry-after')]).toEqual([503, '5'])
  expect(unseen.text).toContain('Temporarily unavailable')
  expect(await pages.visit('unseen.json')).toMatchObject({ status: 503, body: { code: 'unavailable' } })

  clock.mockImplementation(() => started + 3_700_000)
  expect((await pages.visit('kept')).status).toBe(503)

  await parts.postgres.restart()
  clock.mockImplementation(() => started + 3_800_000)
  const again = await pages.visit('kept')
  expect(again.status).toBe(200)
  expect(again.text).not.toContain('Newer data')
  clock.mockRestore()
})
