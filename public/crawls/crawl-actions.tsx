import { useSignal } from '@preact/signals'
import type { Crawl } from '../../src/contract/crawls'
import { client, messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { hasEnded } from '../jobs/job'
import { once } from '../once'
import { navigate } from '../router'
import { isOperator } from '../session'
import { showToast } from '../toasts'
import { ExportMenu } from './export-menu'
import { LimitsDialog } from './limits-dialog'
import { againBody } from './settings'
import { nameOfSeeds } from './words'

type Asked = 'pause' | 'cancel' | 'delete'

const WORDS: Record<Asked, { title: string; effect: string; reason: 'required' | 'optional' }> = {
  pause: {
    title: 'Pause crawl',
    effect: 'It starts no more requests until somebody resumes it. The time that it is paused does not count.',
    reason: 'optional',
  },
  cancel: { title: 'Cancel crawl', effect: 'It ends now. What it has found so far stays.', reason: 'required' },
  delete: { title: 'Delete crawl', effect: 'It is deleted with everything that it has found.', reason: 'required' },
}

/** What can be done with a crawl. */
export function CrawlActions({ crawl, onChanged }: { crawl: Crawl; onChanged(crawl: Crawl): void }) {
  const { id, status } = crawl
  const asked = useSignal<Asked | 'limits' | null>(null)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const close = () => {
    asked.value = null
  }
  const reported = async (work: () => Promise<unknown>) => {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = await work().then(() => '', messageOf)
    isBusy.value = false
  }
  const resume = async () => onChanged((await client.post('/api/crawls/{id}/resume', { id })).crawl)
  const runAgain = async () => {
    const body = againBody(crawl)
    const started = await once({ crawl: body }, headers => client.post('/api/crawls', { body, headers }))
    showToast('Crawl started')
    navigate(`/crawls/${started.crawl.id}`)
  }
  const run = async (action: Asked, reason: string) => {
    if (action === 'delete') {
      await client.delete('/api/crawls/{id}', { id, ...(reason !== '' && { reason }) })
      showToast(`Crawl of ${nameOfSeeds(crawl.seeds)} deleted`)
      return navigate('/crawls')
    }
    const body = reason === '' ? {} : { reason }
    onChanged((await client.post(`/api/crawls/{id}/${action}`, { id, body })).crawl)
  }
  const action = asked.value
  return (
    <div class="job-actions crawl-actions">
      {isOperator.value && hasEnded(status) && (
        <>
          <button type="button" onClick={() => (asked.value = 'delete')}>
            Delete
          </button>
          <a class="button" href={`/crawls/new?from=${id}`}>
            Edit and run
          </a>
          <button type="button" disabled={isBusy.value} onClick={() => void reported(runAgain)}>
            Run again
          </button>
        </>
      )}
      {isOperator.value && !hasEnded(status) && (
        <>
          <button type="button" onClick={() => (asked.value = 'cancel')}>
            Cancel
          </button>
          <button type="button" onClick={() => (asked.value = 'limits')}>
            Change limits
          </button>
          {status === 'paused' ? (
            <button type="button" class="primary" disabled={isBusy.value} onClick={() => void reported(resume)}>
              Resume
            </button>
          ) : (
            <button type="button" onClick={() => (asked.value = 'pause')}>
              Pause
            </button>
          )}
        </>
      )}
      <ExportMenu id={id} />
      {problem.value !== '' && <Failure message={problem.value} />}
      {action === 'limits' && <LimitsDialog crawl={crawl} onChanged={onChanged} onClose={close} />}
      {action !== null && action !== 'limits' && (
        <ActionDialog
          title={WORDS[action].title}
          reason={WORDS[action].reason}
          onConfirm={reason => run(action, reason)}
          onClose={close}
        >
          <p>{WORDS[action].effect}</p>
        </ActionDialog>
      )}
    </div>
  )
}
