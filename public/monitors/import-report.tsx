import type { ImportReport } from '../../src/contract/monitor-import'
import { monitorsOf } from './bulk'

type Step = ImportReport['steps'][number]

const ACTIONS: Record<Step['action'], string> = {
  create: 'created',
  update: 'changed',
  remove: 'deleted',
  refused: 'refused',
  unchanged: 'unchanged',
}
/** Steps of an action that are listed; the rest is only counted. */
const LISTED_MAX = 200

/** What an import would do, by what happens to the monitors. */
export function ImportReportView({ report: { counts, steps, left_out } }: { report: ImportReport }) {
  const actions = (['refused', 'remove', 'create', 'update', 'unchanged'] as const).filter(each => counts[each] > 0)
  return (
    <section class="import-report" aria-label="What would come of it" aria-live="polite">
      {actions.map(action => (
        <Steps
          key={action}
          action={action}
          count={counts[action]}
          steps={steps.filter(step => step.action === action)}
        />
      ))}
      {actions.length === 0 && <p>There are no monitors in it.</p>}
      {left_out.length > 0 && (
        <>
          <h3>Left out</h3>
          <ul>
            {left_out.map(text => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

interface StepsProps {
  action: Step['action']
  count: number
  steps: readonly Step[]
}

function Steps({ action, count, steps }: StepsProps) {
  // There is nothing to read about these.
  const isFolded = action === 'unchanged'
  return (
    <details open={!isFolded}>
      <summary>
        {monitorsOf(count)} {isFolded ? 'stay as they are' : `will be ${ACTIONS[action]}`}
      </summary>
      <ul>
        {steps.slice(0, LISTED_MAX).map(({ name, fields, notes }) => (
          <li key={name}>
            <b>{name}</b>
            {fields.length > 0 && <span class="hint"> {fields.join(', ')}</span>}
            {notes.map(note => (
              <p key={note} class="hint">
                {note}
              </p>
            ))}
          </li>
        ))}
        {count > LISTED_MAX && <li class="hint">and {monitorsOf(count - LISTED_MAX)} more</li>}
      </ul>
    </details>
  )
}
