import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { api, messageOf } from '../api'
import { Failure } from '../components/empty'
import { addressOf } from './address'
import type { Job } from './job'

interface NewJobProps {
  addressBox: RefObject<HTMLInputElement | null>
  onMade(job: Job): void
}

/** Starts a job: an address to check, or a made-up load. */
export function NewJob({ addressBox, onMade }: NewJobProps) {
  const kind = useSignal<'health-check' | 'demo'>('health-check')
  const problem = useSignal('')
  const isBusy = useSignal(false)

  const start = async (input: unknown) => {
    isBusy.value = true
    problem.value = ''
    try {
      const { job } = await api.post<{ job: Job }>('/api/jobs', { kind: kind.value, input })
      onMade(job)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }

  return (
    <section class="new-job" aria-label="New job">
      <div class="tabs" role="tablist">
        <button
          type="button"
          role="tab"
          aria-selected={kind.value === 'health-check'}
          onClick={() => (kind.value = 'health-check')}
        >
          Health check
        </button>
        <button type="button" role="tab" aria-selected={kind.value === 'demo'} onClick={() => (kind.value = 'demo')}>
          Demo load
        </button>
      </div>
      {kind.value === 'health-check' ? (
        <CheckForm
          addressBox={addressBox}
          isBusy={isBusy.value}
          onStart={typed => {
            const url = addressOf(typed)
            if (url) void start({ url })
            else problem.value = 'Enter a web address such as example.com or http://localhost:3000/health.'
          }}
        />
      ) : (
        <DemoForm isBusy={isBusy.value} onStart={step => void start({ steps: [step] })} />
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </section>
  )
}

interface CheckFormProps {
  addressBox: RefObject<HTMLInputElement | null>
  isBusy: boolean
  onStart(address: string): void
}

function CheckForm({ addressBox, isBusy, onStart }: CheckFormProps) {
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        onStart(addressBox.current?.value ?? '')
      }}
    >
      <input
        ref={addressBox}
        class="grow"
        name="url"
        type="text"
        inputMode="url"
        placeholder="Web address, for example example.com"
        aria-label="Address"
        autocomplete="url"
        spellcheck={false}
        required
      />
      <button type="submit" class="primary" disabled={isBusy}>
        Check
      </button>
    </form>
  )
}

const FIELDS = [
  { name: 'workers', label: 'Workers', value: '2', min: 1 },
  { name: 'lines', label: 'Lines per worker', value: '200', min: 0 },
  { name: 'interval_ms', label: 'Interval, ms', value: '25', min: 0 },
  { name: 'fail_rate', label: 'Failure rate', value: '0', min: 0, max: 1, step: 0.05 },
  { name: 'children', label: 'Children', value: '0', min: 0 },
] as const

function DemoForm({ isBusy, onStart }: { isBusy: boolean; onStart(step: Record<string, unknown>): void }) {
  return (
    <form
      class="row demo"
      onSubmit={event => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        const numbers = Object.fromEntries(FIELDS.map(({ name }) => [name, Number(fields.get(name))]))
        const { children, fail_rate, ...step } = numbers
        onStart({
          name: 'load',
          ...step,
          ...(fail_rate && { fail_rate }),
          ...(children && { children, child_depth: 1 }),
        })
      }}
    >
      {FIELDS.map(({ name, label, value, ...limits }) => (
        <label key={name} class="field">
          {label}
          <input name={name} type="number" defaultValue={value} required {...limits} />
        </label>
      ))}
      <button type="submit" class="primary" disabled={isBusy}>
        Start
      </button>
    </form>
  )
}
