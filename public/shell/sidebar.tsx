import { PanelLeftClose, PanelLeftOpen, Search, SquareArrowOutUpRight } from 'lucide'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type PageInfo, SECTIONS } from '../../src/contract/pages'
import { formatCount } from '../../text/numbers'
import { Icon } from '../components/icon'
import { LiveBadge } from '../components/live-badge'
import { listedPages, mayOpen, pageInfo } from '../page-table'
import { route } from '../router'
import { isOperator, runsInstallation } from '../session'
import { AccountMenu } from './account-menu'
import { Brand } from './brand'
import { countOf, useCounts } from './counts'
import { openDialog } from './dialogs'
import { isFolded, toggleFolded } from './folded'
import { PageIcon } from './page-icon'

interface SidebarProps {
  page: string
  /** As a drawer, on narrow windows. */
  isOpen: boolean
  onClose(): void
}

export function Sidebar({ page, isOpen, onClose }: SidebarProps) {
  const drawer = useDrawer(isOpen, onClose)
  useCounts()
  const current = pageInfo(page)?.parent ?? page
  return (
    <>
      {isOpen && <div class="drawer-shade" aria-hidden="true" onClick={onClose} />}
      <div ref={drawer} class={`sidebar${isOpen ? ' is-open' : ''}${isFolded.value ? ' is-folded' : ''}`}>
        <div class="sidebar-head">
          <Brand />
          <button
            type="button"
            class="quiet icon fold-button"
            aria-label={isFolded.value ? 'Expand sidebar' : 'Collapse sidebar'}
            aria-expanded={!isFolded.value}
            onClick={toggleFolded}
          >
            <Icon of={isFolded.value ? PanelLeftOpen : PanelLeftClose} />
          </button>
        </div>
        <button type="button" class="sidebar-search" onClick={() => openDialog('palette')} title="Search (Ctrl+K)">
          <Icon of={Search} />
          <span class="entry-title">Search</span>
          <kbd>Ctrl K</kbd>
        </button>
        <nav aria-label="Pages">
          <Entries section="top" current={current} />
          {SECTIONS.map(section => (
            <Section key={section} section={section} current={current} />
          ))}
        </nav>
        <div class="sidebar-foot">
          <LiveBadge />
          <AccountMenu />
        </div>
      </div>
    </>
  )
}

function Section({ section, current }: { section: (typeof SECTIONS)[number]; current: string }) {
  const id = `section-${section.toLowerCase()}`
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{section}</h2>
      <Entries section={section} current={current} />
    </section>
  )
}

function Entries({ section, current }: { section: PageInfo['section']; current: string }) {
  return (
    <ul>
      {listedPages
        .filter(page => page.section === section && mayOpen(page))
        .map(({ name, path, title, key }) => {
          const count = countOf(name)
          return (
            <li key={name}>
              <a
                class="entry"
                href={path}
                aria-current={name === current ? 'page' : undefined}
                title={key ? `${title} (g ${key})` : title}
              >
                <PageIcon page={name} />
                <span class="entry-title">{title}</span>
                {count !== undefined && count.value > 0 && (
                  <span class="entry-count" title={`${formatCount(count.value)} ${count.unit}`}>
                    {formatCount(count.value)}
                    <span class="hidden"> {count.unit}</span>
                  </span>
                )}
              </a>
            </li>
          )
        })}
      {section === 'Admin' && isOperator.value && runsInstallation.value && (
        <li>
          <a class="entry" href="/admin/queues" title="Bull Board">
            <Icon of={SquareArrowOutUpRight} />
            <span class="entry-title">Bull Board</span>
          </a>
        </li>
      )}
    </ul>
  )
}

/** Closes the drawer on Escape and when another page opens, and moves the focus into it and back. */
function useDrawer(isOpen: boolean, onClose: () => void) {
  const drawer = useRef<HTMLDivElement>(null)
  const { page, id } = route.value
  useLayoutEffect(onClose, [page, id])
  useLayoutEffect(() => {
    if (!isOpen) return
    const opener = document.activeElement
    drawer.current?.querySelector<HTMLElement>('nav a')?.focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose()
    }
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [isOpen])
  return drawer
}
