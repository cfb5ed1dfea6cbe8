import { useSignal } from '@preact/signals'
import type { ImportReport } from '../../src/contract/monitor-import'
import { IMPORT_FORMATS } from '../../src/contract/values'
import { client, messageOf } from '../api'
import { CopyBlock } from '../components/copy-block'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { monitorsOf } from './bulk'
import { FORMAT_NAMES, formatOf, type ImportFormat } from './import-format'
import { ImportReportView } from './import-report'

interface ImportDialogProps {
  onImported(): void
  onClose(): void
}

/** Imports monitors from a file, after it has shown what would come of it. */
export function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const content = useSignal('')
  const chosen = useSignal<ImportFormat | ''>('')
  const removes = useSignal(false)
  const report = useSignal<ImportReport | null>(null)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const format = chosen.value || formatOf(content.value)
  const reset = () => {
    report.value = null
    problem.value = ''
  }
  const set = (text: string) => {
    content.value = text
    reset()
  }
  const send = async (dry_run: boolean) => {
    if (isBusy.value) return
    if (format === undefined) {
      problem.value = 'Choose which program the file comes from.'
      return
    }
    isBusy.value = true
    problem.value = ''
    try {
      const body = { format, content: content.value }
      report.value = await client.post('/api/monitors/import', {
        ...{ dry_run: flag(dry_run), remove: flag(removes.value) },
        body,
      })
      if (!dry_run) finish(report.value)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  const finish = ({ counts, push_urls }: ImportReport) => {
    showToast(`${monitorsOf(counts.create + counts.update + counts.remove)} imported`)
    onImported()
    if (push_urls.length === 0) onClose()
  }
  if (report.value && !report.value.dry_run) return <Addresses report={report.value} onClose={onClose} />
  return (
    <Dialog title="Import monitors" onClose={onClose}>
      <form
        class="sql-form import-form"
        onSubmit={event => {
          event.preventDefault()
          void send(report.value === null)
        }}
      >
        <label class="field">
          File of Tailrace, Uptime Kuma or Gatus
          <input
            type="file"
            accept=".json,.yml,.yaml,application/json,text/yaml"
            onChange={event => void event.currentTarget.files?.[0]?.text().then(set)}
          />
        </label>
        <label class="field">
          or its text
          <textarea
            rows={report.value ? 4 : 10}
            required
            spellcheck={false}
            value={content.value}
            onInput={event => set(event.currentTarget.value)}
          />
        </label>
        <div class="row import-choices">
          <label class="check-label">
            It comes from
            <select
              value={format ?? ''}
              onChange={event => {
                chosen.value = IMPORT_FORMATS.find(each => each === event.currentTarget.value) ?? ''
                reset()
              }}
            >
              <option value="">not recognized</option>
              {IMPORT_FORMATS.map(each => (
                <option key={each} value={each}>
                  {FORMAT_NAMES[each]}
                </option>
              ))}
            </select>
          </label>
          <label class="check-label">
            <input
              type="checkbox"
              checked={removes.value}
              onChange={event => {
                removes.value = event.currentTarget.checked
                reset()
              }}
            />
            delete monitors that are not in it
          </label>
        </div>
        {problem.value !== '' && <Failure message={problem.value} />}
        {report.value && <ImportReportView report={report.value} />}
        <DialogButtons
          action={report.value ? 'Import' : 'Show what would come of it'}
          isDanger={report.value !== null && report.value.counts.remove > 0}
          isDisabled={isBusy.value}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

const flag = (isSet: boolean) => (isSet ? 'true' : 'false')

/** What cannot be shown again: the addresses for heartbeats. */
function Addresses({ report: { push_urls }, onClose }: { report: ImportReport; onClose(): void }) {
  return (
    <Dialog title="Addresses for heartbeats" onClose={onClose}>
      <p class="notice">Copy them now: they will not be shown again.</p>
      <div>
        {push_urls.map(({ name, push_url }) => (
          <CopyBlock key={name} name={name} text={push_url} />
        ))}
      </div>
    </Dialog>
  )
}
