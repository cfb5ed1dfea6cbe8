import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { client } from '../api'
import { useKeys } from '../keys'
import { canOpen, navigationPages, pageInfo } from '../page-table'
import { navigate } from '../router'
import { isAdmin, me } from '../session'
import { nextTheme, THEME_NAMES, theme } from '../theme'
import { Help } from './help'
import { LiveBadge } from './live-badge'

/** The keyboard shortcuts that lead to pages. */
const PAGE_KEYS = Object.fromEntries(
  navigationPages.flatMap(({ key, path }) => (key ? [[key, () => navigate(path)] as const] : [])),
)

/** The header and navigation around every page except sign-in. */
export function Layout({ page, children }: { page: string; children: ComponentChildren }) {
  const isHelpOpen = useSignal(false)
  const area = pageInfo(page)?.area
  useKeys({
    '?': () => (isHelpOpen.value = !isHelpOpen.value),
    t: nextTheme,
    ...PAGE_KEYS,
  })
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/" aria-label="Tailrace, dashboard">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 7c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 12c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 17c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5" />
          </svg>
          Tailrace
        </a>
        <nav aria-label="Pages">
          {navigationPages.filter(canOpen).map(({ name, path, title }) => (
            <a key={name} href={path} aria-current={name === area ? 'page' : undefined}>
              {title}
            </a>
          ))}
          {isAdmin.value && <a href="/admin/queues">Bull Board</a>}
        </nav>
        <span class="spacer" />
        <LiveBadge />
        <button type="button" class="quiet" onClick={nextTheme} title="Change theme (t)">
          {THEME_NAMES[theme.value]}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => (isHelpOpen.value = true)}
          title="Keyboard shortcuts (?)"
          aria-label="Keyboard shortcuts"
        >
          ?
        </button>
        <a class="button quiet" href="/settings" aria-current={page === 'settings' ? 'page' : undefined}>
          {me.value?.name ?? 'Settings'}
        </a>
        <button type="button" class="quiet" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main id="main">{children}</main>
      {isHelpOpen.value && <Help onClose={() => (isHelpOpen.value = false)} />}
    </>
  )
}

async function signOut() {
  await client.delete('/api/session').catch(() => undefined)
  me.value = null
  navigate('/sign-in')
}
