import { Failure } from '../components/empty'
import { PageFrame } from '../components/page-frame'
import { QueueCards } from '../jobs/queue-cards'
import { QueueDetail } from '../jobs/queue-detail'
import { useHistory } from '../jobs/queue-history'
import { useQueues } from '../jobs/use-queues'
import { search } from '../router'

const HISTORY_MINUTES = 60

/** How the queues are doing; one of them in detail, when the address names it. */
export default function QueuesPage() {
  const { queues, problem, read, update } = useQueues()
  const { value: history } = useHistory(HISTORY_MINUTES)
  const name = new URLSearchParams(search.value).get('name') ?? ''
  const chosen = queues.value.find(queue => queue.name === name)
  return (
    <PageFrame page="queues">
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <QueueCards queues={queues.value} chosen={name} history={history.value} />
      {chosen && <QueueDetail key={chosen.name} queue={chosen} onChanged={update} />}
    </PageFrame>
  )
}
