import { useEffect, useMemo } from 'preact/hooks'
import { LogModel, LogViewer, logSource } from '../../components/log-viewer'

/** The agent's own log. */
export function LogTab({ hostId }: { hostId: string }) {
  const path = `/api/hosts/${hostId}/logs`
  const model = useMemo(() => new LogModel(logSource(path)), [path])
  useEffect(() => model.watch(`hostlog:${hostId}`), [model, hostId])
  return (
    <LogViewer
      model={model}
      steps={[]}
      path={path}
      empty="No log entries yet. Warnings from osqueryd appear here."
      isPermalinked
    />
  )
}
