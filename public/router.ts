import { computed, signal } from '@preact/signals'
import { routeOf } from './routes'

const place = signal({ path: location.pathname, search: location.search })

export const route = computed(() => routeOf(place.value.path))
export const search = computed(() => place.value.search)

const follow = () => {
  if (location.pathname === place.value.path && location.search === place.value.search) return
  place.value = { path: location.pathname, search: location.search }
}

/** Goes to another URL of the app without loading a document. */
export function navigate(href: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  follow()
}

/** Changes filters in the URL of the current page; `''` removes one. @param hash what comes after them; default: nothing */
export function setFilters(change: Record<string, string>, hash = ''): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change)) {
    if (value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  navigate(location.pathname + (text && `?${text}`) + hash, { replace: true })
}

/** Handles clicks on links of the app, and the browser's back button. */
export function startRouter() {
  addEventListener('popstate', follow)
  document.addEventListener('click', event => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname === location.pathname && link.hash !== '') return
    if (routeOf(link.pathname).page === 'missing') return
    event.preventDefault()
    navigate(link.href)
    scrollTo(0, 0)
  })
}
