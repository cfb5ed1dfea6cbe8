import type { Signal } from '@preact/signals'
import type { Fault } from '../api'
import { CronFields } from '../schedules/timing-fieldset'
import { TimingPreview } from '../schedules/timing-preview'
import { type Nightly, WHENS, type When } from './start'

interface WhenFieldsProps {
  when: Signal<When>
  nightly: Signal<Nightly>
  faults: readonly Fault[]
}

/** When it runs: now, or by a schedule, or both. */
export function WhenFields({ when, nightly, faults }: WhenFieldsProps) {
  return (
    <section class="panel crawl-when" aria-label="When">
      <h2>When</h2>
      <fieldset class="chips" aria-label="When it runs">
        {WHENS.map(([each, title]) => (
          <button key={each} type="button" aria-pressed={when.value === each} onClick={() => (when.value = each)}>
            {title}
          </button>
        ))}
      </fieldset>
      {when.value !== 'now' && (
        <>
          <div class="kind-form">
            <CronFields
              value={nightly.value}
              set={change => (nightly.value = { ...nightly.peek(), ...change })}
              faults={faults}
            />
          </div>
          <TimingPreview fields={{ ...nightly.value, mode: 'cron', count: '', unit: 'hours' }} onFaults={() => {}} />
        </>
      )}
    </section>
  )
}
