import { useEffect, useMemo } from 'preact/hooks'
import { LogModel, LogViewer, logSource } from '../components/log-viewer'

/** The live log of a container, over all its generations. */
export function ContainerLog({ id, startedAt }: { id: string; startedAt: string | null }) {
  const path = `/api/containers/${encodeURIComponent(id)}/logs`
  const model = useMemo(() => new LogModel(logSource(path)), [path])
  useEffect(() => model.watch(`container:${id}`), [model, id])
  return (
    <LogViewer
      model={model}
      steps={[]}
      path={path}
      empty="It has not logged anything yet"
      origin={startedAt === null ? null : Date.parse(startedAt)}
      isPermalinked
    />
  )
}
