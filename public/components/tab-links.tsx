import type { ComponentChildren } from 'preact'
import { navigate } from '../router'

interface TabLinksProps<Name extends string> {
  tabs: ReadonlyArray<readonly [name: Name, label: ComponentChildren]>
  current: Name
  hrefOf(name: Name): string
}

/** The tabs of a page, which are in its URL. Unlike other links they keep the scroll position. */
export const TabLinks = <Name extends string>({ tabs, current, hrefOf }: TabLinksProps<Name>) => (
  <nav class="views" aria-label="Sections">
    {tabs.map(([name, label]) => (
      <a
        key={name}
        href={hrefOf(name)}
        aria-current={name === current ? 'page' : undefined}
        onClick={event => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
          event.preventDefault()
          navigate(event.currentTarget.pathname + event.currentTarget.search)
        }}
      >
        {label}
      </a>
    ))}
  </nav>
)
