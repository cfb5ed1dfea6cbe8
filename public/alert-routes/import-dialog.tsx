import { useSignal } from '@preact/signals'
import type { ImportNote } from '../../src/contract/alert-routes'
import type { ReplyOf, RouteAt } from '../../src/contract/api'
import { counted } from '../../text/numbers'
import { client, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { askedFields, secretsOf } from './asked-fields'
import { AskedSettings } from './asked-settings'
import { countBelow } from './tree'

type Report = ReplyOf<RouteAt<'post', '/api/alert-routes/import'>>

interface ImportDialogProps {
  onImported(): void
  onClose(): void
}

/** Imports an `alertmanager.yml`, after it has shown what would come of it. */
export function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const yaml = useSignal('')
  const reason = useSignal('')
  const report = useSignal<Report | null>(null)
  const texts = useSignal<Readonly<Record<string, string>>>({})
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const fields = askedFields(report.value?.asked ?? [])
  const set = (text: string) => {
    yaml.value = text
    report.value = null
    texts.value = {}
    problem.value = ''
  }
  const send = async (dry_run: boolean) => {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = ''
    try {
      const given = reason.value.trim()
      const secrets = secretsOf(fields, texts.value)
      const body = { yaml: yaml.value, dry_run, secrets, ...(given !== '' && { reason: given }) }
      const answer = await client.post('/api/alert-routes/import', { body })
      report.value = answer
      if (answer.stored) {
        showToast('Routes imported')
        onImported()
        onClose()
      }
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Dialog title="Import an alertmanager.yml" onClose={onClose}>
      <form
        class="sql-form import-form"
        onSubmit={event => {
          event.preventDefault()
          void send(report.value === null)
        }}
      >
        <label class="field">
          File
          <input
            type="file"
            accept=".yml,.yaml,text/yaml"
            onChange={event => void event.currentTarget.files?.[0]?.text().then(set)}
          />
        </label>
        <label class="field">
          or its text
          <textarea
            rows={report.value ? 5 : 12}
            required
            spellcheck={false}
            value={yaml.value}
            onInput={event => set(event.currentTarget.value)}
          />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        {report.value && <ReportView report={report.value} />}
        <AskedSettings fields={fields} texts={texts} />
        {report.value && (
          <label class="field">
            Reason
            <input
              required
              maxLength={500}
              placeholder="For the audit log"
              value={reason.value}
              onInput={event => (reason.value = event.currentTarget.value)}
            />
          </label>
        )}
        <DialogButtons
          action={report.value ? 'Replace the routes' : 'Show what would come of it'}
          isDanger={report.value !== null}
          isDisabled={isBusy.value}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

const OUTCOMES = {
  created: 'will be created',
  kept: 'is there already and stays as it is',
  disabled: 'will be created, but switched off',
}

function ReportView({ report: { routing, receivers, asked, adapted, not_imported } }: { report: Report }) {
  // These have fields of their own.
  const questions = new Set(asked.map(({ receiver, setting }) => `${receiver}: ${setting}`))
  return (
    <section class="import-report" aria-label="What would come of it" aria-live="polite">
      <h3>Taken</h3>
      <p>
        {counted(countBelow(routing.route) + 1, 'route')}, {counted(routing.inhibit_rules.length, 'inhibition rule')},{' '}
        {counted(Object.keys(routing.time_intervals).length, 'time interval')}
      </p>
      <ul>
        {receivers.map(({ name, type, outcome }) => (
          <li key={name}>
            <b>{name}</b> <span class="hint">{type}</span> {OUTCOMES[outcome]}
          </li>
        ))}
      </ul>
      <Notes title="Adapted" notes={adapted.filter(({ what }) => !questions.has(what))} />
      <Notes title="Not imported" notes={not_imported} />
    </section>
  )
}

const Notes = ({ title, notes }: { title: string; notes: readonly ImportNote[] }) =>
  notes.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <ul>
        {notes.map(({ path, line, what, because }, at) => (
          <li key={at}>
            <code>{path}</code>
            {line !== null && <span class="hint"> line {line}</span>}: {what}
            <span class="hint"> · {because}</span>
          </li>
        ))}
      </ul>
    </>
  )
