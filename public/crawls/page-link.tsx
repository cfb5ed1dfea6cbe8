import { search, setFilters } from '../router'

/** Where a page's details are shown, on top of what is shown now. */
const addressOf = (pageKey: string) => {
  const query = new URLSearchParams(search.value)
  query.set('page', pageKey)
  return `?${query}`
}

/** A link that opens the details of a page of the crawl. Its address can be shared. */
export const PageLink = ({ pageKey, url }: { pageKey: string; url: string }) => (
  <a
    class="crawl-url"
    href={addressOf(pageKey)}
    title={url}
    onClick={event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      setFilters({ page: pageKey })
    }}
  >
    {url}
  </a>
)
