import { useSignal } from '@preact/signals'
import { Ellipsis } from 'lucide'
import type { ComponentChildren } from 'preact'
import type { SavedView } from '../../src/contract/saved-views'
import { messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { Icon } from '../components/icon'
import { isAdmin } from '../session'
import { showToast } from '../toasts'
import { useFocus } from '../use-focus'
import { useMenu } from '../use-menu'
import { useViews, type ViewPage } from './use-views'

interface SavedViewsProps {
  page: ViewPage
  /** Of the page. */
  path: string
  builtIn: ReadonlyArray<{ name: string; search: string }>
  /** What the page shows now: its filters as a query string. */
  search: string
  /** At the end of the row. */
  children?: ComponentChildren
}

/** Named views of a list. Each is a plain link, so that its address can be shared, too. */
export function SavedViews({ page, path, builtIn, search, children }: SavedViewsProps) {
  const isNaming = useSignal(false)
  const problem = useSignal('')
  const { views, save, share, unshare, remove } = useViews(page)
  const asked = useSignal<Asked | null>(null)
  const isSaved = [...builtIn, ...views].some(view => view.search === search)
  const reported = async (work: Promise<unknown>) => {
    problem.value = await work.then(() => '', messageOf)
  }
  return (
    <>
      <nav class="views" aria-label="Views">
        {builtIn.map(view => (
          <ViewLink key={view.name} name={view.name} href={path + view.search} isCurrent={view.search === search} />
        ))}
        {views.map(view => (
          <span key={view.id} class="view" title={titleOf(view)}>
            <ViewLink name={view.name} href={path + view.search} isCurrent={view.search === search} />
            {(view.own || isAdmin.value) && (
              <ViewMenu
                view={view}
                onShare={() => void reported(share(view.id))}
                onAsk={act => (asked.value = { view, act })}
              />
            )}
          </span>
        ))}
        {!isNaming.value && !isSaved && (
          <button type="button" class="quiet" onClick={() => (isNaming.value = true)}>
            Save view
          </button>
        )}
        {isNaming.value && (
          <NameForm
            onName={(name, shared) => {
              isNaming.value = false
              void reported(save(name, search, shared))
            }}
            onDismiss={() => (isNaming.value = false)}
          />
        )}
        {children}
      </nav>
      {asked.value && <ViewDialog {...asked.value} acts={{ unshare, remove }} onClose={() => (asked.value = null)} />}
      {problem.value !== '' && <Failure message={problem.value} />}
    </>
  )
}

type Act = 'unshare' | 'remove'

interface Asked {
  view: SavedView
  act: Act
}

interface ViewDialogProps extends Asked {
  acts: Record<Act, (id: string, reason: string) => Promise<void>>
  onClose(): void
}

/** Asks before a view is taken away from anybody. */
function ViewDialog({ view: { id, name, shared }, act, acts, onClose }: ViewDialogProps) {
  const [title, done] = act === 'remove' ? ['Delete view', 'deleted'] : ['Stop sharing', 'no longer shared']
  const losers = act === 'remove' ? 'Everybody in the tenant' : 'Everybody but its owner'
  return (
    <ActionDialog
      title={`${title} ${name}`}
      onConfirm={async reason => {
        await acts[act](id, reason)
        showToast(`View ${name} ${done}`)
      }}
      onClose={onClose}
    >
      <p>{shared ? `${losers} loses this view.` : 'Nobody else has this view.'} What it shows is not affected.</p>
    </ActionDialog>
  )
}

function ViewLink({ name, href, isCurrent }: { name: string; href: string; isCurrent: boolean }) {
  return (
    <a class="view-link" href={href} aria-current={isCurrent ? 'page' : undefined}>
      {name}
    </a>
  )
}

const titleOf = ({ name, own, shared, created_by }: SavedView) =>
  own ? `${name}${shared ? ', shared with everybody' : ''}` : `${name}, shared by ${created_by.name}`

interface ViewMenuProps {
  view: SavedView
  onShare(): void
  /** For what takes the view away from somebody. */
  onAsk(act: Act): void
}

function ViewMenu({ view: { name, shared }, onShare, onAsk }: ViewMenuProps) {
  const menu = useMenu()
  return (
    <details class="menu view-menu" ref={menu}>
      <summary class="button quiet icon" aria-label={`View ${name}`}>
        <Icon of={Ellipsis} />
      </summary>
      <div class="menu-items">
        <button type="button" data-closes-menu onClick={() => (shared ? onAsk('unshare') : onShare())}>
          {shared ? 'Stop sharing' : 'Share with everybody'}
        </button>
        <button type="button" data-closes-menu onClick={() => onAsk('remove')}>
          Delete view
        </button>
      </div>
    </details>
  )
}

function NameForm({ onName, onDismiss }: { onName(name: string, shared: boolean): void; onDismiss(): void }) {
  const input = useFocus()
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        const name = String(fields.get('name')).trim()
        if (name !== '') onName(name, fields.get('shared') !== null)
      }}
      onKeyDown={event => {
        event.stopPropagation() // Enter on the checkbox saves, too, instead of opening the current row
        if (event.key === 'Escape') onDismiss()
      }}
    >
      <input ref={input} name="name" aria-label="View name" placeholder="Name" required maxLength={60} />
      <label class="check-label">
        <input type="checkbox" name="shared" /> share
      </label>
      <button type="submit">Save</button>
    </form>
  )
}
