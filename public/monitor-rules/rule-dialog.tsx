import { useSignal } from '@preact/signals'
import '../css/monitor-rules.page.css'
import type { MonitorRule } from '../../src/contract/monitor-rules'
import { client, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { draftOf, ruleBody } from './draft'
import { Preview } from './preview'
import { RuleFields } from './rule-fields'
import { useRulePreview } from './use-rule-preview'

interface MonitorRuleDialogProps {
  /** Null for a new one. */
  rule: MonitorRule | null
  /** The only one that a new rule is to watch. */
  monitorId?: string
  onSaved(): void
  onClose(): void
}

/** Creates or changes a rule, and says when it would have fired. */
export function MonitorRuleDialog({ rule, monitorId, onSaved, onClose }: MonitorRuleDialogProps) {
  const draft = useSignal({
    ...draftOf(rule),
    ...(monitorId !== undefined && { scope: 'ids' as const, ids: [monitorId] }),
  })
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const preview = useRulePreview(draft.value)
  const isComplete = ruleBody(draft.value) !== null
  const save = async () => {
    const body = ruleBody(draft.value)
    if (isBusy.value || !body) return
    isBusy.value = true
    try {
      const { type, ...change } = body
      if (rule) await client.patch('/api/rules/{id}', { id: rule.id, body: change })
      else await client.post('/api/rules', { body: { ...change, type } })
      showToast(`Rule ${body.name} ${rule ? 'changed' : 'created'}`)
      onSaved()
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title={rule ? `Rule ${rule.name}` : 'New rule'} onClose={onClose}>
      <form
        class="sql-form rule-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <RuleFields
          draft={draft.value}
          isNew={rule === null}
          onChange={change => (draft.value = { ...draft.peek(), ...change })}
        />
        <Preview found={preview.found.value} problem={preview.problem.value} />
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Save" isDisabled={isBusy.value || !isComplete} onClose={onClose} />
      </form>
    </Dialog>
  )
}
