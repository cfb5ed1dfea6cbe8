import { useSignal } from '@preact/signals'
import type { Crawl } from '../../src/contract/crawls'
import { ApiError, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { faultOf, otherFaults } from '../monitors/faults'
import { RowsField } from '../monitors/rows-field'
import { SettingInput } from '../monitors/setting-input'
import { navigate } from '../router'
import { localZone } from '../schedules/timing'
import { showToast } from '../toasts'
import { AlertFields } from './alert-fields'
import { ALL_MATCHES, draftOf, extractRows, FIRST_MATCH } from './draft'
import { ALL_FIELDS, type CrawlField, HOW_FAR, MANNERS, MORE_LIMITS, PATTERNS } from './fields'
import type { FormPartProps } from './form-part'
import { PreviewPanel } from './preview-panel'
import { SeedFields } from './seed-fields'
import { SignInFields } from './sign-in-fields'
import { crawlFaults, NIGHTLY_CRON, scheduleProblem, start, type When } from './start'
import { WhenFields } from './when-fields'

const EXTRACT_PARTS = [
  { name: 'name', title: 'name', hint: 'price' },
  { name: 'selector', title: 'CSS selector', hint: '.price' },
  { name: 'attribute', title: 'attribute', hint: 'text' },
  { name: 'matches', title: 'matches', options: [FIRST_MATCH, ALL_MATCHES] },
]

/** Starts or schedules a crawl, after it has been tried out. @param from an earlier crawl whose settings it starts with */
export function CrawlForm({ from }: { from: Crawl | null }) {
  const draft = useSignal(draftOf(from))
  const when = useSignal<When>('now')
  const nightly = useSignal({ cron: NIGHTLY_CRON, timezone: localZone() })
  const faults = useSignal<readonly Fault[]>([])
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const run = async () => {
    if (isBusy.value) return
    problem.value = scheduleProblem(draft.value, when.value)
    if (problem.value !== '') return
    isBusy.value = true
    try {
      const id = await start(draft.value, when.value, nightly.value)
      showToast(id === null ? 'Nightly crawl scheduled' : 'Crawl started')
      navigate(id === null ? '/schedules' : `/crawls/${id}`)
    } catch (error) {
      faults.value = error instanceof ApiError ? crawlFaults(error.faults) : []
      problem.value = faults.value.length > 0 ? faultWords(faults.value) : messageOf(error)
      isBusy.value = false
    }
  }
  const part = { draft, faults: faults.value }
  return (
    <div class="monitor-form-layout">
      <form
        class="monitor-form crawl-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void run()
        }}
      >
        <SeedFields {...part} />
        <section class="panel" aria-label="How far and how fast">
          <h2>How far and how fast</h2>
          <Fields fields={HOW_FAR} {...part} />
        </section>
        <Folded title="Patterns" fields={PATTERNS} {...part} />
        <Folded title="More limits" fields={MORE_LIMITS} {...part} />
        <Folded title="Robots, sitemaps, cookies and other manners" fields={MANNERS} {...part} />
        <SignInFields {...part} from={from} />
        <details
          class="panel"
          open={draft.value.extract.length > 0 || faultOf(faults.value, 'extract') !== undefined || undefined}
        >
          <summary>Values from the pages</summary>
          <RowsField
            label="Values"
            hint="Taken from each page by a CSS selector: its text, or an attribute. They are shown with the page, and are part of exports."
            parts={EXTRACT_PARTS}
            rows={draft.value.extract}
            more="Another value"
            fault={faultOf(faults.value, 'extract')}
            onChange={rows => (draft.value = { ...draft.peek(), extract: extractRows(rows) })}
          />
        </details>
        <AlertFields {...part} />
        <WhenFields when={when} nightly={nightly} faults={faults.value} />
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row action-buttons">
          <a class="button" href={from ? `/crawls/${from.id}` : '/crawls'}>
            Dismiss
          </a>
          <button type="submit" class="primary" disabled={isBusy.value}>
            {when.value === 'nightly' ? 'Schedule crawl' : 'Start crawl'}
          </button>
        </div>
      </form>
      <PreviewPanel draft={draft.value} onFaults={found => (faults.value = found)} />
    </div>
  )
}

/** Faults stand at their fields; only what has no field must be said. */
function faultWords(faults: readonly Fault[]): string {
  const names = [
    'seeds',
    'scope',
    'headers',
    'basic',
    'extract',
    'cron',
    'timezone',
    ...ALL_FIELDS.map(({ name }) => name),
  ]
  const others = otherFaults(faults, names)
  return others.length > 0
    ? others.map(({ path, message }) => `${path}: ${message}`).join('; ')
    : 'Correct the fields that are marked.'
}

function Fields({ fields, draft, faults }: FormPartProps & { fields: readonly CrawlField[] }) {
  return (
    <div class="kind-form">
      {fields.map(field => (
        <SettingInput
          key={field.name}
          field={field}
          value={draft.value.texts[field.name] ?? ''}
          fault={faultOf(faults, field.name)}
          onChange={text => (draft.value = { ...draft.peek(), texts: { ...draft.peek().texts, [field.name]: text } })}
        />
      ))}
    </div>
  )
}

interface FoldedProps extends FormPartProps {
  title: string
  fields: readonly CrawlField[]
}

/** Fields that are seldom needed; open when they hold something else than what holds without them. */
function Folded({ title, fields, draft, faults }: FoldedProps) {
  const isSet = fields.some(({ name, initial = '' }) => (draft.peek().texts[name] ?? '') !== initial)
  const hasFault = fields.some(({ name }) => faultOf(faults, name) !== undefined)
  return (
    <details class="panel" open={isSet || hasFault || undefined}>
      <summary>{title}</summary>
      <Fields fields={fields} draft={draft} faults={faults} />
    </details>
  )
}
