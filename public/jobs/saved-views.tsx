import { useSignal } from '@preact/signals'
import { useFocus } from '../use-focus'
import { deleteView, saveView, views } from './views'

const BUILT_IN: Array<{ name: string; search: string }> = [
  { name: 'All jobs', search: '' },
  { name: 'Failed today', search: '?status=failed&since=24h&children=1' },
]

/** Named views. Each is a plain link, so that it can be shared. */
export function SavedViews({ search }: { search: string }) {
  const isNaming = useSignal(false)
  const isSaved = [...BUILT_IN, ...views.value].some(view => view.search === search)
  return (
    <nav class="views" aria-label="Views">
      {BUILT_IN.map(view => (
        <a key={view.name} href={`/jobs${view.search}`} aria-current={view.search === search ? 'page' : undefined}>
          {view.name}
        </a>
      ))}
      {views.value.map(view => (
        <span key={view.name} class="view">
          <a href={`/jobs${view.search}`} aria-current={view.search === search ? 'page' : undefined}>
            {view.name}
          </a>
          <button
            type="button"
            class="quiet"
            aria-label={`Delete view ${view.name}`}
            onClick={() => deleteView(view.name)}
          >
            ×
          </button>
        </span>
      ))}
      {isNaming.value ? (
        <NameForm search={search} onDone={() => (isNaming.value = false)} />
      ) : (
        !isSaved && (
          <button type="button" class="quiet" onClick={() => (isNaming.value = true)}>
            Save view
          </button>
        )
      )}
    </nav>
  )
}

function NameForm({ search, onDone }: { search: string; onDone(): void }) {
  const input = useFocus()
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        const name = String(new FormData(event.currentTarget).get('name')).trim()
        if (name !== '') saveView({ name, search })
        onDone()
      }}
    >
      <input
        ref={input}
        name="name"
        aria-label="View name"
        placeholder="Name"
        required
        maxLength={40}
        onKeyDown={event => {
          if (event.key === 'Escape') onDone()
        }}
      />
      <button type="submit">Save</button>
    </form>
  )
}
