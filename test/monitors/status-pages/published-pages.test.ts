import { Unavailable } from '../../../src/base/outage'
import { PublishedPages } from '../../../src/monitors/status-pages/published-pages'
import type { Snapshot } from '../../../src/monitors/status-pages/read-status'

const snapshot = (title: string): Snapshot => ({
  at: Date.now(),
  status: {
    ...{ slug: 'a', title, description: '', status: 'up', updated_at: new Date().toISOString() },
    ...{ groups: [], incidents: [], maintenance: [] },
  },
  uptime: new Map(),
})

let now = 1_000_000_000_000
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => now))
afterEach(() => void jest.restoreAllMocks())

const titleIn = async (pages: PublishedPages) => {
  const found = await pages.find('a')
  return found && `${/<h1>(.*)<\/h1>/.exec(found.page.html.text)?.[1]}${found.isOld ? ', old' : ''}`
}

test('visitors share a read, and what it finds for five seconds', async () => {
  const answers: ((title: string) => void)[] = []
  const pages = new PublishedPages(() => new Promise(done => answers.push(title => done(snapshot(title)))))
  const all = [titleIn(pages), titleIn(pages), titleIn(pages)]
  expect(answers).toHaveLength(1)
  answers[0]?.('One')
  expect(await Promise.all(all)).toEqual(['One', 'One', 'One'])
  now += 4_999
  expect(await titleIn(pages)).toBe('One')
  now += 1
  const next = titleIn(pages)
  expect(answers).toHaveLength(2)
  answers[1]?.('Two')
  expect(await next).toBe('Two')
})

test('a failure is not tried again within a second, however many ask', async () => {
  const read = jest.fn(async (): Promise<Snapshot | undefined> => snapshot('Good'))
  const pages = new PublishedPages(read)
  expect(await titleIn(pages)).toBe('Good')
  read.mockRejectedValue(new Unavailable('gone'))
  now += 5_000
  expect(await Promise.all([titleIn(pages), titleIn(pages)])).toEqual(['Good, old', 'Good, old'])
  now += 999
  expect(await titleIn(pages)).toBe('Good, old')
  expect(read).toHaveBeenCalledTimes(2)
  now += 1
  expect(await titleIn(pages)).toBe('Good, old')
  expect(read).toHaveBeenCalledTimes(3)
})

test('a bug is no outage: it is thrown', async () => {
  const read = jest.fn(async (): Promise<Snapshot | undefined> => snapshot('Good'))
  const pages = new PublishedPages(read)
  await pages.find('a')
  now += 5_000
  read.mockRejectedValue(new TypeError('bug'))
  await expect(pages.find('a')).rejects.toThrow('bug')
})

test('what is not there is asked for once in five seconds, and never shown old', async () => {
  const read = jest.fn(async (): Promise<Snapshot | undefined> => undefined)
  const pages = new PublishedPages(read)
  for (let i = 0; i < 3; i++) expect(await pages.find('a')).toBeUndefined()
  expect(read).toHaveBeenCalledTimes(1)
  read.mockResolvedValue(snapshot('New'))
  now += 5_000
  expect(await titleIn(pages)).toBe('New')
  read.mockResolvedValue(undefined)
  now += 5_000
  expect(await titleIn(pages)).toBeUndefined()
  read.mockRejectedValue(new Unavailable('gone'))
  now += 5_000
  await expect(pages.find('a')).rejects.toThrow('gone')
})
