import '../css/monitors.page.css'
import { Empty, Failure } from '../components/empty'
import { MonitorForm } from '../monitors/monitor-form'
import { useFetch } from '../use-fetch'
import { useTitle } from '../use-title'

/** Changes a monitor. */
export default function EditMonitorPage({ id }: { id: string }) {
  const { value, problem, isMissing, read } = useFetch('/api/monitors/{id}', { id })
  const monitor = value.value
  useTitle(monitor ? `Edit ${monitor.name}` : '')
  if (isMissing.value) {
    return (
      <div class="page">
        <Empty title="No such monitor">
          <a href="/monitors">All monitors</a>
        </Empty>
      </div>
    )
  }
  if (!monitor) {
    return (
      <div class="page is-loading" aria-busy={problem.value === ''}>
        {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      </div>
    )
  }
  return (
    <div class="page edit-monitor-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/monitors">Monitors</a>
            <span aria-hidden="true">/</span>
            <a href={`/monitors/${id}`}>{monitor.name}</a>
          </p>
          <h1>Edit {monitor.name}</h1>
        </div>
      </header>
      <MonitorForm key={id} monitor={monitor} />
    </div>
  )
}
