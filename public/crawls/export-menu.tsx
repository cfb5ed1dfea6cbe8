import { useMenu } from '../use-menu'

const FORMATS = [
  ['jsonl', 'JSON lines', 'jsonl'],
  ['csv', 'CSV', 'csv'],
  ['sitemap', 'sitemap.xml', 'xml'],
  ['warc', 'WARC archive', 'warc.gz'],
] as const

/** Downloads of the pages of a crawl. */
export function ExportMenu({ id }: { id: string }) {
  const menu = useMenu()
  return (
    <details class="menu" ref={menu}>
      <summary class="button">Export</summary>
      <div class="menu-items">
        {FORMATS.map(([format, title, extension]) => (
          <a
            key={format}
            class="button"
            data-closes-menu
            href={`/api/crawls/${id}/export?format=${format}`}
            download={`crawl-${id}.${extension}`}
          >
            {title}
          </a>
        ))}
      </div>
    </details>
  )
}
