import { useSignal } from '@preact/signals'
import type { Job } from '../../src/contract/jobs'
import type { Kind } from '../../src/contract/kinds'
import { parseUrl } from '../../text/url'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { once } from '../once'
import { useFocus } from '../use-focus'
import { KindForm } from './kind-form'

interface NewJobProps {
  kinds: readonly Kind[]
  onCreated(job: Job): void
}

/** Starts a job of any kind that users can start. */
export function NewJob({ kinds, onCreated }: NewJobProps) {
  const name = useSignal('health-check')
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const startable = kinds.filter(({ role }) => role !== null)
  const kind = startable.find(each => each.name === name.value)

  const clear = () => {
    problem.value = ''
    faults.value = []
  }
  const choose = (kind: string) => {
    name.value = kind
    clear()
  }
  const start = async (input: unknown) => {
    isBusy.value = true
    clear()
    try {
      const body = { kind: name.value, input }
      const { job } = await once(body, headers => client.post('/api/jobs', { body, headers }))
      onCreated(job)
    } catch (error) {
      problem.value = messageOf(error)
      faults.value = error instanceof ApiError ? error.faults : []
    } finally {
      isBusy.value = false
    }
  }
  const onProblem = (message: string) => {
    problem.value = message
  }

  return (
    <section class="new-job" aria-label="New job">
      <div class="row">
        <div class="tabs" role="tablist">
          {startable
            .filter(each => !OWN_PAGES[each.name])
            .map(each => (
              <button
                key={each.name}
                type="button"
                role="tab"
                aria-selected={each.name === name.value}
                onClick={() => choose(each.name)}
              >
                {each.label}
              </button>
            ))}
        </div>
        {startable
          .filter(each => OWN_PAGES[each.name])
          .map(each => (
            <a key={each.name} href={OWN_PAGES[each.name]}>
              {each.label}
            </a>
          ))}
      </div>
      {name.value === 'health-check' && <CheckForm isBusy={isBusy.value} onStart={start} onProblem={onProblem} />}
      {name.value === 'demo' && <DemoForm isBusy={isBusy.value} onStart={start} />}
      {kind && !OWN_FORMS.includes(kind.name) && (
        <KindForm
          key={kind.name}
          kind={kind}
          isBusy={isBusy.value}
          faults={faults.value}
          onStart={start}
          onProblem={onProblem}
        />
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </section>
  )
}

/** Kinds with a page of their own. */
const OWN_PAGES: Record<string, string | undefined> = { query: '/queries/new' }
/** Kinds with a form of their own; those of all others are generated from their schemas. */
const OWN_FORMS = ['health-check', 'demo']

interface CheckFormProps {
  isBusy: boolean
  onStart(input: { url: string }): void
  onProblem(message: string): void
}

function CheckForm({ isBusy, onStart, onProblem }: CheckFormProps) {
  const urlInput = useFocus()
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        const url = parseUrl(urlInput.current?.value ?? '')
        if (url) onStart({ url })
        else onProblem('Enter a valid URL, such as example.com or http://localhost:3000/health.')
      }}
    >
      <input
        ref={urlInput}
        class="grow"
        name="url"
        type="text"
        inputMode="url"
        placeholder="URL, for example example.com"
        aria-label="URL"
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
  { name: 'interval_ms', label: 'Interval (ms)', value: '25', min: 0 },
  { name: 'fail_rate', label: 'Failure rate', value: '0', min: 0, max: 1, step: 0.05 },
  { name: 'children', label: 'Child jobs', value: '0', min: 0 },
] as const

function DemoForm({ isBusy, onStart }: { isBusy: boolean; onStart(input: unknown): void }) {
  return (
    <form
      class="row demo"
      onSubmit={event => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        const numbers = Object.fromEntries(FIELDS.map(({ name }) => [name, Number(fields.get(name))]))
        const { children, fail_rate, ...step } = numbers
        const load = {
          name: 'load',
          ...step,
          ...(fail_rate && { fail_rate }),
          ...(children && { children, child_depth: 1 }),
        }
        onStart({ steps: [load] })
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
