import { useSignal } from '@preact/signals'
import type { StatusPage } from '../../src/contract/status-pages'
import { counted } from '../../text/numbers'
import { client } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Ago } from '../components/time'
import { isOperator } from '../session'
import { BadgeDialog } from './badge-dialog'

interface StatusPageCardProps {
  page: StatusPage
  /** Reports whether it was refused. */
  onChange(work: Promise<unknown>): void
  onChanged(): void
  onEdit(): void
}

/** A status page: where it is, what it shows, and how to change that. */
export function StatusPageCard({ page, ...actions }: StatusPageCardProps) {
  const { title, slug, monitors, groups, published, updated_at } = page
  return (
    <li class={`receiver ${published ? 'is-receiver-ok' : 'is-receiver-disabled'}`}>
      <div class="receiver-what">
        <p class="silence-facts">
          <b>{title}</b>
          <span class={`status ${published ? 'is-receiver-ok' : 'is-receiver-disabled'}`}>
            <span class="dot" aria-hidden="true" />
            {published ? 'published' : 'not published'}
          </span>
        </p>
        <p class="receiver-target">
          {published ? (
            <a href={`/status/${slug}`} target="_blank" rel="noopener">
              /status/{slug}
            </a>
          ) : (
            `/status/${slug}`
          )}
        </p>
        <p class="silence-facts">
          <span>{monitors.length === 0 ? 'no monitors' : counted(monitors.length, 'monitor')}</span>
          {groups.length > 0 && <span>{counted(groups.length, 'heading')}</span>}
          <span>
            changed <Ago time={updated_at} />
          </span>
        </p>
      </div>
      <Actions page={page} {...actions} />
    </li>
  )
}

function Actions({ page, onChange, onChanged, onEdit }: StatusPageCardProps) {
  const { id, title, slug, published, monitors } = page
  const showsBadges = useSignal(false)
  const publish = (value: boolean) => client.patch('/api/status-pages/{id}', { id, body: { published: value } })
  return (
    <div class="silence-actions">
      {monitors.length > 0 && (
        <button type="button" aria-label={`Badges of ${title}`} onClick={() => (showsBadges.value = true)}>
          Badges
        </button>
      )}
      {isOperator.value && (
        <>
          <button type="button" aria-label={`Edit ${title}`} onClick={onEdit}>
            Edit
          </button>
          <button
            type="button"
            aria-label={`${published ? 'Unpublish' : 'Publish'} ${title}`}
            onClick={() => onChange(publish(!published))}
          >
            {published ? 'Unpublish' : 'Publish'}
          </button>
          <ConfirmButton
            label="Delete"
            confirmLabel={`Delete ${title}`}
            effect={`The address /status/${slug} and its badges stop working. Its monitors stay.`}
            done={`Status page ${title} deleted`}
            onConfirm={async reason => {
              await client.delete('/api/status-pages/{id}', { id, reason })
              onChanged()
            }}
          />
        </>
      )}
      {showsBadges.value && <BadgeDialog page={page} onClose={() => (showsBadges.value = false)} />}
    </div>
  )
}
