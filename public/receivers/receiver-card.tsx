import { useSignal } from '@preact/signals'
import type { Receiver } from '../../src/contract/receivers'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { client, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Ago } from '../components/time'
import { isAdmin } from '../session'
import { TYPE_NAMES } from './receiver-fields'

interface ReceiverCardProps {
  receiver: Receiver
  /** Reports whether it was refused. */
  onChange(work: Promise<unknown>): void
  onChanged(): void
  onEdit(): void
}

/** A receiver: where it leads to, how it is doing, and how to change that. */
export function ReceiverCard({ receiver, ...actions }: ReceiverCardProps) {
  const { name, type, state, waiting, routes, last_sent_at, send_resolved } = receiver
  return (
    <li class={`receiver is-receiver-${state}`}>
      <div class="receiver-what">
        <p class="silence-facts">
          <b>{name}</b>
          <ReceiverState receiver={receiver} />
          <span>{TYPE_NAMES[type]}</span>
        </p>
        <p class="receiver-target">{targetOf(receiver)}</p>
        <p class="silence-facts">
          <span>{routes === 0 ? 'no route leads to it' : `reached by ${counted(routes, 'route')}`}</span>
          <span>
            last sent <Ago time={last_sent_at} />
          </span>
          {waiting > 0 && (
            <a href={`/notifications?receiver=${encodeURIComponent(name)}&status=pending`}>
              {counted(waiting, 'notification')} waiting
            </a>
          )}
          {!send_resolved && <span>firing only</span>}
          <a href={`/notifications?receiver=${encodeURIComponent(name)}`}>notifications</a>
        </p>
        {receiver.last_error !== null && state === 'failing' && <p class="is-bad">{receiver.last_error}</p>}
      </div>
      {isAdmin.value && <Actions receiver={receiver} {...actions} />}
    </li>
  )
}

function ReceiverState({ receiver: { state, failing_since } }: { receiver: Receiver }) {
  const words = { ok: 'ok', unused: 'not used yet', disabled: 'switched off' }
  return (
    <span class={`status is-receiver-${state}`}>
      <span class="dot" aria-hidden="true" />
      {state === 'failing' ? (
        <>
          failing{' '}
          {failing_since !== null && (
            <>
              since <Ago time={failing_since} />
            </>
          )}
        </>
      ) : (
        words[state]
      )}
    </span>
  )
}

/** Where notifications go to, as far as it is no secret. */
function targetOf({ type, settings: { url, to, host, channel, receivers } }: Receiver): string {
  if (type === 'group') return Array.isArray(receivers) ? receivers.join(', ') : ''
  if (type === 'email') return `${Array.isArray(to) ? to.join(', ') : ''} by ${String(host ?? '')}`
  if (type === 'slack') return channel === undefined ? 'the channel of the webhook' : String(channel)
  return String(url ?? '')
}

function Actions({ receiver, onChange, onChanged, onEdit }: ReceiverCardProps) {
  const { id, name, enabled, routes } = receiver
  return (
    <div class="silence-actions">
      <TestButton receiver={receiver} onTested={onChanged} />
      <button type="button" onClick={onEdit}>
        Edit
      </button>
      {enabled ? (
        <ConfirmButton
          label="Switch off"
          confirmLabel={`Switch off ${name}`}
          effect="It is told nothing until it is switched on again. What is not sent meanwhile is not made up for."
          done={`Receiver ${name} switched off`}
          onConfirm={async () => {
            await client.patch('/api/receivers/{id}', { id, body: { enabled: false } })
            onChanged()
          }}
        />
      ) : (
        <button
          type="button"
          onClick={() => onChange(client.patch('/api/receivers/{id}', { id, body: { enabled: true } }))}
        >
          Switch on
        </button>
      )}
      <ConfirmButton
        label="Delete"
        confirmLabel={`Delete ${name}`}
        effect={
          routes > 0
            ? `${counted(routes, 'route')} still lead to it: let them name another one first.`
            : 'Its settings and secrets are gone. Its notifications stay in the history.'
        }
        done={`Receiver ${name} deleted`}
        onConfirm={async reason => {
          await client.delete('/api/receivers/{id}', { id, reason })
          onChanged()
        }}
      />
    </div>
  )
}

/** Sends a test and shows what the receiver answered. */
function TestButton({ receiver: { id, name }, onTested }: { receiver: Receiver; onTested(): void }) {
  const outcome = useSignal<{ isGood: boolean; text: string } | null>(null)
  const isBusy = useSignal(false)
  const test = async () => {
    isBusy.value = true
    outcome.value = null
    try {
      const { ok, status_code, error, duration_ms } = await client.post('/api/receivers/{id}/test', { id })
      const answer = status_code === null ? '' : ` (${status_code})`
      const text = ok
        ? `Test accepted${answer} after ${formatDuration(duration_ms)}`
        : `Test failed${answer}: ${error ?? 'no reason given'}`
      outcome.value = { isGood: ok, text }
      onTested()
    } catch (error) {
      outcome.value = { isGood: false, text: messageOf(error) }
    } finally {
      isBusy.value = false
    }
  }
  return (
    <>
      <button type="button" disabled={isBusy.value} aria-label={`Send test to ${name}`} onClick={() => void test()}>
        Send test
      </button>
      <span
        class={`receiver-outcome ${outcome.value ? (outcome.value.isGood ? 'is-good' : 'is-bad') : ''}`}
        role="status"
      >
        {isBusy.value ? 'Sending…' : outcome.value?.text}
      </span>
    </>
  )
}
