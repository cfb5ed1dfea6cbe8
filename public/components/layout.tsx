import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Role } from '../../src/contract/access'
import { api } from '../api'
import { useKeys } from '../keys'
import { navigate } from '../router'
import { isAdmin, me } from '../session'
import { nextTheme, theme } from '../theme'
import { Help } from './help'
import { LiveBadge } from './live-badge'

interface Place {
  href: string
  name: string
  pages: string[]
  role?: Role
}

const PLACES: Place[] = [
  { href: '/', name: 'Dashboard', pages: ['dashboard'] },
  { href: '/queue', name: 'Queue', pages: ['queue', 'job'] },
  { href: '/hosts', name: 'Hosts', pages: ['hosts', 'host', 'fleet'] },
  { href: '/queries', name: 'Queries', pages: ['queries', 'new-query', 'query'] },
  { href: '/logs', name: 'Service logs', pages: ['logs'] },
  { href: '/admin/retention', name: 'Retention', pages: ['retention'] },
  { href: '/admin/audit', name: 'Audit', pages: ['audit'], role: 'admin' },
  { href: '/admin/members', name: 'Members', pages: ['members'], role: 'admin' },
  { href: '/admin/queues', name: 'Bull Board', pages: [], role: 'admin' },
]

/** The frame around every page but sign-in. */
export function Layout({ page, children }: { page: string; children: ComponentChildren }) {
  const isHelpOpen = useSignal(false)
  useKeys({
    '?': () => (isHelpOpen.value = !isHelpOpen.value),
    t: nextTheme,
    D: () => navigate('/'),
    Q: () => navigate('/queue'),
    H: () => navigate('/hosts'),
    U: () => navigate('/queries'),
    L: () => navigate('/logs'),
  })
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/" aria-label="Tailrace, dashboard">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 7c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 12c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 17c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5" />
          </svg>
          Tailrace
        </a>
        <nav aria-label="Pages">
          {PLACES.filter(place => place.role !== 'admin' || isAdmin.value).map(place => (
            <a key={place.href} href={place.href} aria-current={place.pages.includes(page) ? 'page' : undefined}>
              {place.name}
            </a>
          ))}
        </nav>
        <span class="spring" />
        <LiveBadge />
        <button type="button" class="quiet" onClick={nextTheme} title="Change the theme (t)">
          {theme.value === 'auto' ? 'Auto' : theme.value === 'dark' ? 'Dark' : 'Light'}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => (isHelpOpen.value = true)}
          title="Keyboard (?)"
          aria-label="Keyboard help"
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
  await api.delete('/api/session').catch(() => undefined)
  me.value = null
  navigate('/sign-in')
}
