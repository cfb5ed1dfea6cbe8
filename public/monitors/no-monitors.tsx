import { Empty } from '../components/empty'
import { isOperator } from '../session'

/** Why the list is empty, and what to do next. */
export function NoMonitors({ isFiltered, onImport }: { isFiltered: boolean; onImport(): void }) {
  if (isFiltered) {
    return (
      <Empty title="No monitors match">
        <a href="/monitors">Show all monitors</a>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing is monitored yet">
      <p>A monitor checks a website, port, name or certificate at an interval, or waits for heartbeats of a job.</p>
      {isOperator.value && (
        <p class="in-text">
          <a href="/monitors/new">Add a monitor</a>, or{' '}
          <button type="button" class="link" onClick={onImport}>
            import them
          </button>{' '}
          from Uptime Kuma, Gatus or an export.
        </p>
      )}
    </Empty>
  )
}
