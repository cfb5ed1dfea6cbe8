import { Random } from '../fleet/random'

const LINKS = 20
const WORDS = 100

/** A page with so many links. */
export const widePath = (links: number) => `/wide/${links}.html`

/**
 * Pages of a site that nobody has stored: each has a title, some text and 20 links to others, always the same ones.
 * `/wide/<n>.html` has n links.
 * @returns nothing if there is no such page
 */
export function generatedPage(path: string, pages: number): string | undefined {
  const [, folder, digits] = /^\/(wide\/)?(\d{1,7})\.html$/.exec(path) ?? []
  const no = Number(digits)
  if (digits === undefined || (folder === undefined && no >= pages)) return undefined
  if (folder)
    return pageOf(
      path,
      Array.from({ length: no }, (_, each) => each),
    )
  const random = new Random(path)
  return pageOf(
    path,
    Array.from({ length: LINKS }, () => random.between(0, pages - 1)),
  )
}

const TEXT = 'word '.repeat(WORDS)

const pageOf = (path: string, links: readonly number[]) =>
  `<!doctype html><html lang="en"><head><title>Page ${path}</title><meta name="description" content="Of ${path}"></head>
<body><h1>Page ${path}</h1><p>${TEXT}</p>
${links.map(no => `<a href="/${no}.html">Page ${no}</a>`).join('\n')}
</body></html>`
