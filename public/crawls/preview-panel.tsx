import { useSignal } from '@preact/signals'
import type { CrawlPreview } from '../../src/contract/crawl-tools'
import { counted, formatCount } from '../../text/numbers'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { bodyOf, type CrawlDraft } from './draft'
import { Extracted } from './extracted'
import { LinkVerdicts } from './link-verdicts'
import { RobotsFacts } from './robots-facts'

interface PreviewPanelProps {
  draft: CrawlDraft
  onFaults(faults: readonly Fault[]): void
}

/** Fetches the first start address only, and shows what a crawl would make of it. */
export function PreviewPanel({ draft, onFaults }: PreviewPanelProps) {
  const preview = useSignal<CrawlPreview | null>(null)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const run = async () => {
    isBusy.value = true
    problem.value = ''
    try {
      preview.value = await client.post('/api/crawls/preview', { body: bodyOf(draft) })
      onFaults([])
    } catch (error) {
      preview.value = null
      onFaults(error instanceof ApiError ? error.faults : [])
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <section class="panel try-panel" aria-label="Try it">
      <header class="row">
        <h2>Try it</h2>
        <span class="spacer" />
        <button type="button" disabled={isBusy.value || draft.seeds.trim() === ''} onClick={() => void run()}>
          {isBusy.value ? 'Fetching' : preview.value ? 'Try again' : 'Try it'}
        </button>
      </header>
      {preview.value === null && problem.value === '' && (
        <p class="hint">
          Fetches the first start address only, and shows which of its links a crawl would follow and why not. Nothing
          is kept.
        </p>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      {preview.value && <Preview preview={preview.value} />}
    </section>
  )
}

function Preview({ preview }: { preview: CrawlPreview }) {
  const { url, final_url, status_code, error, title, robots, links, links_left_out, extracted } = preview
  const accepted = links.filter(link => link.accepted).length
  return (
    <div class="crawl-preview" aria-live="polite">
      <dl class="facts">
        <Fact
          name="Answer"
          value={error ?? `${status_code ?? ''}`}
          isBad={error !== null || (status_code ?? 0) >= 400}
        />
        {final_url !== url && <Fact name="Redirects to" value={final_url} />}
        <Fact name="Title" value={title ?? 'none'} />
        {robots && (
          <div>
            <dt>robots.txt</dt>
            <dd>
              <RobotsFacts robots={robots} />
            </dd>
          </div>
        )}
      </dl>
      {Object.keys(extracted).length > 0 && (
        <section aria-label="Values">
          <h3>Values</h3>
          <Extracted values={extracted} />
        </section>
      )}
      {error === null && (
        <section aria-label="Links">
          <h3>
            {counted(links.length + links_left_out, 'link')}: {formatCount(accepted)} would be followed
            {links_left_out > 0 && ` of the first ${formatCount(links.length)}`}
          </h3>
          <LinkVerdicts links={links} />
        </section>
      )}
    </div>
  )
}

const Fact = ({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) => (
  <div>
    <dt>{name}</dt>
    <dd class={isBad ? 'is-bad' : undefined}>{value}</dd>
  </div>
)
