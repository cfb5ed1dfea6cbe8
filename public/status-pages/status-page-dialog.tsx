import { type Signal, useSignal } from '@preact/signals'
import type { StatusPage } from '../../src/contract/status-pages'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { isListed, membershipOf, sectionsOf, slugOf, withMonitor } from './draft'
import { MonitorSearch } from './monitor-search'
import { SectionsEditor } from './sections-editor'

interface StatusPageDialogProps {
  /** Null for a new one. */
  page: StatusPage | null
  onSaved(): void
  onClose(): void
}

interface Texts {
  title: string
  /** Undefined: it follows from the title. */
  slug: string | undefined
  description: string
}

/** Creates or changes a status page. */
export function StatusPageDialog({ page, onSaved, onClose }: StatusPageDialogProps) {
  const texts = useSignal<Texts>({ title: page?.title ?? '', slug: page?.slug, description: page?.description ?? '' })
  const sections = useSignal(sectionsOf(page))
  const isPublished = useSignal(page?.published ?? false)
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const save = async () => {
    if (isBusy.value) return
    isBusy.value = true
    const { title, slug = slugOf(title), description } = texts.value
    const body = {
      ...{ title: title.trim(), slug, description: description.trim(), published: isPublished.value },
      ...membershipOf(sections.value),
    }
    try {
      if (page) await client.patch('/api/status-pages/{id}', { id: page.id, body })
      else await client.post('/api/status-pages', { body })
      showToast(`Status page ${body.title} ${page ? 'changed' : 'created'}`)
      onSaved()
      onClose()
    } catch (error) {
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title={page ? `Status page ${page.title}` : 'New status page'} onClose={onClose}>
      <form
        class="sql-form status-page-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <TextFields texts={texts} slugFault={faults.value.find(({ path }) => path === 'body.slug')?.message ?? ''} />
        <SectionsEditor sections={sections} />
        <MonitorSearch
          isChosen={id => isListed(sections.value, id)}
          onChoose={monitor => (sections.value = withMonitor(sections.peek(), monitor))}
        />
        <label class="check-label">
          <input
            type="checkbox"
            checked={isPublished.value}
            onChange={event => (isPublished.value = event.currentTarget.checked)}
          />
          published: anybody can read it, without signing in
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Save" isDisabled={isBusy.value} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function TextFields({ texts, slugFault }: { texts: Signal<Texts>; slugFault: string }) {
  const { title, slug = slugOf(title), description } = texts.value
  const set = (change: Partial<Texts>) => {
    texts.value = { ...texts.peek(), ...change }
  }
  return (
    <>
      <div class="kind-form">
        <label class="field">
          Title
          <input required maxLength={200} value={title} onInput={event => set({ title: event.currentTarget.value })} />
        </label>
        <div class="field">
          <label class="field">
            Address: {location.origin}/status/
            <input
              required
              maxLength={63}
              pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
              title="Lower-case letters, digits and hyphens"
              spellcheck={false}
              value={slug}
              onInput={event => set({ slug: event.currentTarget.value })}
            />
          </label>
          <span class="field-fault" role="alert">
            {slugFault}
          </span>
        </div>
      </div>
      <label class="field">
        Description (optional)
        <textarea
          rows={3}
          maxLength={2_000}
          value={description}
          onInput={event => set({ description: event.currentTarget.value })}
        />
      </label>
    </>
  )
}
