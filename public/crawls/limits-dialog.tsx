import { useSignal } from '@preact/signals'
import type { Crawl } from '../../src/contract/crawls'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { faultOf } from '../monitors/faults'
import { SettingInput } from '../monitors/setting-input'
import { showToast } from '../toasts'
import { LIMIT_FIELDS, limitChange, limitTexts } from './limits'

interface LimitsDialogProps {
  crawl: Crawl
  onChanged(crawl: Crawl): void
  onClose(): void
}

/** Changes the limits and the politeness of a crawl that runs. */
export function LimitsDialog({ crawl, onChanged, onClose }: LimitsDialogProps) {
  const texts = useSignal(limitTexts(crawl))
  const reason = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const change = limitChange(texts.value, crawl)
  const save = async () => {
    if (!change) return onClose()
    isBusy.value = true
    try {
      const body = { ...change, ...(reason.value.trim() !== '' && { reason: reason.value.trim() }) }
      onChanged((await client.patch('/api/crawls/{id}', { id: crawl.id, body })).crawl)
      showToast('Limits changed')
      onClose()
    } catch (error) {
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = faults.value.length > 0 ? 'Correct the fields that are marked.' : messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title="Change limits" onClose={onClose}>
      <form
        class="action-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <p class="hint">They hold from the next request on.</p>
        <div class="kind-form">
          {LIMIT_FIELDS.map(field => (
            <SettingInput
              key={field.name}
              field={field}
              value={texts.value[field.name] ?? ''}
              fault={faultOf(faults.value, field.name)}
              onChange={text => (texts.value = { ...texts.peek(), [field.name]: text })}
            />
          ))}
          <label class="field">
            Reason (optional)
            <input
              maxLength={500}
              placeholder="For others"
              value={reason.value}
              onInput={event => (reason.value = event.currentTarget.value)}
            />
          </label>
        </div>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Change limits" isDisabled={isBusy.value || !change} onClose={onClose} />
      </form>
    </Dialog>
  )
}
