import { useSignal } from '@preact/signals'
import type { RobotsReport } from '../../src/contract/crawl-tools'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { faultOf } from '../monitors/faults'
import { useFocus } from '../use-focus'
import { addressIn, linesIn } from './fields'
import { RobotsResult } from './robots-result'

/** What is tested: the robots.txt of a site, or a text. */
const SOURCES = [
  ['site', 'From a site'],
  ['text', 'Pasted text'],
] as const

/** Tests URLs against the robots.txt of a site, or against one that is entered. */
export function RobotsForm() {
  const source = useSignal<'site' | 'text'>('site')
  const report = useSignal<RobotsReport | null>(null)
  const faults = useSignal<readonly Fault[]>([])
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const input = useFocus()
  const run = async (form: FormData) => {
    const given = (name: string) => String(form.get(name) ?? '')
    isBusy.value = true
    problem.value = ''
    faults.value = []
    try {
      const userAgent = given('user_agent').trim()
      const body = {
        ...(source.value === 'site' ? { site: addressIn(given('site').trim()) } : { text: given('text') }),
        ...(userAgent !== '' && { user_agent: userAgent }),
        urls: linesIn(given('urls')),
      }
      report.value = await client.post('/api/crawls/robots', { body })
    } catch (error) {
      report.value = null
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <div class="robots-layout">
      <form
        class="panel sql-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void run(new FormData(event.currentTarget))
        }}
      >
        <fieldset class="chips" aria-label="Which robots.txt">
          {SOURCES.map(([each, title]) => (
            <button key={each} type="button" aria-pressed={source.value === each} onClick={() => (source.value = each)}>
              {title}
            </button>
          ))}
        </fieldset>
        {source.value === 'site' ? (
          <label class="field">
            Any address of the site
            <input
              ref={input}
              name="site"
              required
              maxLength={2_048}
              spellcheck={false}
              placeholder="https://example.org/"
            />
            <FieldFault fault={faultOf(faults.value, 'site')} />
          </label>
        ) : (
          <label class="field">
            robots.txt
            <textarea name="text" rows={10} spellcheck={false} placeholder={'User-agent: *\nDisallow: /private'} />
            <FieldFault fault={faultOf(faults.value, 'text')} />
          </label>
        )}
        <label class="field">
          User agent
          <input name="user_agent" maxLength={300} spellcheck={false} placeholder="Tailrace" />
          <FieldFault fault={faultOf(faults.value, 'user_agent')} />
        </label>
        <label class="field">
          Addresses or paths to test, one per line
          <textarea name="urls" rows={5} spellcheck={false} placeholder="/private/page" />
          <FieldFault fault={faultOf(faults.value, 'urls')} />
        </label>
        <div class="row action-buttons">
          <button type="submit" class="primary" disabled={isBusy.value}>
            {isBusy.value ? 'Testing' : 'Test'}
          </button>
        </div>
      </form>
      <div class="robots-answer" aria-live="polite">
        {problem.value !== '' && <Failure message={problem.value} />}
        {report.value === null && problem.value === '' && (
          <p class="hint">
            Says for each address whether robots.txt allows it and which rule decides, as RFC 9309 has it: the longest
            match wins, and allow wins ties.
          </p>
        )}
        {report.value && <RobotsResult report={report.value} />}
      </div>
    </div>
  )
}

const FieldFault = ({ fault }: { fault: string | undefined }) => (
  <span class="field-fault" role="alert">
    {fault}
  </span>
)
