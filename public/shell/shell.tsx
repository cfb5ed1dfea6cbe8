import { useSignal } from '@preact/signals'
import { Menu, Search } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from '../components/icon'
import { LiveBadge } from '../components/live-badge'
import { useNewIncidents } from '../incidents/use-new-incidents'
import { useKeys } from '../keys'
import { nextTheme } from '../theme'
import { Brand } from './brand'
import { openDialog } from './dialogs'
import { useGoKeys } from './go-keys'
import { OpenDialog } from './open-dialog'
import { OutageBanner } from './outage-banner'
import { Sidebar } from './sidebar'
import { Toasts } from './toasts'

/** The frame around every page but sign-in: the sidebar, and the dialogs that open from anywhere. */
export function Shell({ page, children }: { page: string; children: ComponentChildren }) {
  const isDrawerOpen = useSignal(false)
  useGoKeys()
  useNewIncidents()
  useKeys({ '?': () => openDialog('help'), t: nextTheme })
  useKeys({ k: () => openDialog('palette') }, { withControl: true })
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Sidebar page={page} isOpen={isDrawerOpen.value} onClose={() => (isDrawerOpen.value = false)} />
      <header class="topbar">
        <button
          type="button"
          class="quiet icon"
          aria-label="Open navigation"
          aria-expanded={isDrawerOpen.value}
          onClick={() => (isDrawerOpen.value = true)}
        >
          <Icon of={Menu} size={18} />
        </button>
        <Brand />
        <span class="spacer" />
        <LiveBadge />
        <button type="button" class="quiet icon" aria-label="Search" onClick={() => openDialog('palette')}>
          <Icon of={Search} size={18} />
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <OutageBanner />
        {children}
      </main>
      <Toasts />
      <OpenDialog />
    </div>
  )
}
