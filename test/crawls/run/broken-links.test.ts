import { closeSites } from '../../support/sites'
import { startSite } from '../server'
import { page, startWorld, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await closeSites()
  await world.stop()
})

const PAGES = 150
const LINKS = 12
/** Of 100 links that are made up, this many lead to a page that does not exist. */
const MISSING_PERCENT = 8

/** The same numbers at each run (a linear congruential generator). */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state % below
  }
}

/** A tree of pages in folders, with links written in many ways: relative, absolute, with fragments and queries. */
function madeUpTree() {
  const next = numbers(42)
  const paths = Array.from({ length: PAGES }, (_, i) => (i ? `/${'abc'[i % 3]}/${i % 7}/page${i}.html` : '/index.html'))
  const links = paths.map((_, i) =>
    Array.from({ length: LINKS }, (_, n) => {
      if (n === 0 && i + 1 < PAGES) return paths[i + 1] as string // every page can be reached
      return next(100) < MISSING_PERCENT ? `/gone/${next(40)}.html` : (paths[next(PAGES)] as string)
    }),
  )
  const written = (from: string, to: string) => {
    const style = next(4)
    const up = '../'.repeat(from.split('/').length - 2)
    if (style === 0) return `${up || './'}${to.slice(1)}`
    return style === 1 ? `${to}#part` : style === 2 ? `/x/..${to}` : to
  }
  const files = Object.fromEntries(
    paths.map((path, i) => [path, page(...(links[i] as string[]).map(link => written(path, link)))]),
  )
  const broken = new Map<string, Set<string>>()
  for (const [i, path] of paths.entries())
    for (const link of links[i] as string[])
      if (!(link in files)) broken.set(link, (broken.get(link) ?? new Set()).add(path))
  return { files, broken }
}

test('the broken links that are found are exactly those of the tree, each with all its referrers', async () => {
  const { files, broken } = madeUpTree()
  const { url } = await startSite(files)
  const pathOf = (link: string) => new URL(link).pathname
  const crawl = await world.crawl({ seeds: [`${url}/index.html`] })
  expect(crawl).toMatchObject({ fetched: PAGES, failed: broken.size })
  const found = (await world.broken(crawl.id)) as { url: string; referrers: { url: string }[] }[]
  const shown = found.map(link => [pathOf(link.url), link.referrers.map(referrer => pathOf(referrer.url)).sort()])
  expect(shown.sort()).toEqual([...broken].map(([link, pages]) => [link, [...pages].sort()]).sort())

  const again = await world.crawl({ seeds: [`${url}/index.html`] })
  expect(again.previous_id).toBe(crawl.id)
  const { counts } = await world.read(`/api/crawls/${again.id}/compare/${crawl.id}`)
  expect(counts).toEqual({ new: 0, gone: 0, changed: 0, moved: 0, unchanged: PAGES })
  expect((await world.broken(again.id)).every(({ is_new }: { is_new: boolean }) => !is_new)).toBe(true)
})
