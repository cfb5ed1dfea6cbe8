import { Empty } from '../components/empty'
import { isOperator } from '../session'

/** Why the list is empty, and what to do next. */
export function NoCrawls({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No crawls match">
        <a href="/crawls">Show all crawls</a>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing was crawled yet">
      <p class="crawl-purpose">
        A crawl visits every page of a website as a polite visitor would, and follows its links. It finds broken links,
        redirect chains, missing titles and other faults, says what has changed since the last time, and keeps the pages
        for an export.
      </p>
      {isOperator.value && (
        <p>
          <a href="/crawls/new">Crawl a site</a>
        </p>
      )}
    </Empty>
  )
}
