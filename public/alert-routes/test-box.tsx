import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { AlertRouting } from '../../src/contract/alert-routes'
import { isMuted } from '../alerts/alert'
import { MuteSentences } from '../alerts/mute-words'
import { useActiveSilences } from '../alerts/use-alerts'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { groupText } from './route-tree'
import { labelsOfText, type Tested } from './test-labels'
import { waitText } from './wait-text'

interface TestBoxProps {
  /** Null: the stored routes are tested. */
  draft: AlertRouting | null
  /** The last answer, which the tree shows. */
  tested: Signal<Tested | null>
}

/** Where an alert with some labels would go, and what would mute it now. */
export function TestBox({ draft, tested }: TestBoxProps) {
  const text = useSignal('')
  const problem = useSignal('')
  const asked = useRef(0)
  const test = async () => {
    const turn = ++asked.current
    try {
      const labels = labelsOfText(text.value)
      const answer = await client.post('/api/alert-routes/test', { body: { labels, ...(draft && { routing: draft }) } })
      if (turn !== asked.current) return
      tested.value = answer
      problem.value = ''
    } catch (error) {
      if (turn !== asked.current) return
      tested.value = null
      problem.value = messageOf(error)
    }
  }
  // What was tested belongs to other routes now.
  useEffect(() => {
    if (tested.peek()) void test()
  }, [draft])
  const clear = () => {
    asked.current += 1
    tested.value = null
    problem.value = ''
  }
  return (
    <section class="panel test-box" aria-label="Test">
      <h2>Where would an alert go?</h2>
      <form
        onSubmit={event => {
          event.preventDefault()
          void test()
        }}
      >
        <label class="field">
          Labels
          <textarea
            rows={3}
            spellcheck={false}
            placeholder={'alertname=HostDown\nseverity=critical'}
            value={text.value}
            onInput={event => (text.value = event.currentTarget.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void test()
            }}
          />
        </label>
        <div class="row">
          <button type="submit" title="Ctrl+Enter">
            Test
          </button>
          {tested.value && (
            <button type="button" class="quiet" onClick={clear}>
              Clear
            </button>
          )}
          {draft && <span class="hint">tests your changes</span>}
        </div>
      </form>
      <div aria-live="polite">
        {problem.value !== '' && <Failure message={problem.value} />}
        {tested.value && <Outcome tested={tested.value} />}
      </div>
    </section>
  )
}

function Outcome({ tested: { receivers, routes, mutes } }: { tested: Tested }) {
  const silences = useActiveSilences()
  return (
    <div class="test-outcome">
      <p>
        {receivers.length === 0 ? (
          <b>Opens an incident, and nobody is notified</b>
        ) : (
          <>
            Notifies <b>{receivers.join(', ')}</b>
          </>
        )}
      </p>
      <ul>
        {routes.map(route => (
          <li key={route.path.join()}>
            <b>{route.receiver ?? 'incidents only'}</b>
            {', grouped by '}
            {groupText(Object.keys(route.group_labels))}
            {`: after ${waitText(route.group_wait_seconds)}, then every ${waitText(route.group_interval_seconds)} if something changes, and again after ${waitText(route.repeat_interval_seconds)}`}
            {route.muted_by_intervals.length > 0 && (
              <span class="is-warn"> · muted now by {route.muted_by_intervals.join(', ')}</span>
            )}
          </li>
        ))}
      </ul>
      {isMuted(mutes) && (
        <div class="notice">
          <b>It would be muted now.</b>
          <MuteSentences mutes={mutes} silences={silences.value} />
        </div>
      )}
    </div>
  )
}
