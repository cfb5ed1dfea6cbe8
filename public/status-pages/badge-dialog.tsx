import { useSignal } from '@preact/signals'
import type { StatusPage } from '../../src/contract/status-pages'
import { CopyBlock } from '../components/copy-block'
import { Dialog } from '../components/dialog'

interface BadgeDialogProps {
  page: StatusPage
  onClose(): void
}

const TYPES = [
  ['status', 'Status', ''],
  ['uptime-24h', 'Uptime over 24 hours', '?type=uptime&window=24h'],
  ['uptime-30d', 'Uptime over 30 days', '?type=uptime&window=30d'],
  ['uptime-90d', 'Uptime over 90 days', '?type=uptime&window=90d'],
] as const

/** Badges of the monitors of a page, as Markdown and HTML to copy. */
export function BadgeDialog({ page: { slug, monitors, published }, onClose }: BadgeDialogProps) {
  const id = useSignal(monitors[0]?.id ?? '')
  const type = useSignal<string>('status')
  const name = monitors.find(monitor => monitor.id === id.value)?.name ?? ''
  const query = TYPES.find(([each]) => each === type.value)?.[2] ?? ''
  const path = `/status/${slug}/${id.value}.svg${query}`
  const page = `${location.origin}/status/${slug}`
  const alt = name.replace(/[[\]\\]/g, '\\$&')
  return (
    <Dialog title="Badges" onClose={onClose}>
      <div class="sql-form status-page-form">
        <div class="kind-form">
          <label class="field">
            Monitor
            <select value={id.value} onChange={event => (id.value = event.currentTarget.value)}>
              {monitors.map(monitor => (
                <option key={monitor.id} value={monitor.id}>
                  {monitor.name}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            Shows
            <select value={type.value} onChange={event => (type.value = event.currentTarget.value)}>
              {TYPES.map(([each, title]) => (
                <option key={each} value={each}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </div>
        {published ? (
          <p>
            <img key={path} src={path} alt={`Badge of ${name}`} height={20} />
          </p>
        ) : (
          <p class="hint">Badges work once the page is published.</p>
        )}
        <CopyBlock name="Markdown" text={`[![${alt}](${location.origin}${path})](${page})`} />
      </div>
    </Dialog>
  )
}
