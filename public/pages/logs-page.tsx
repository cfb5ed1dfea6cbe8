import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { LogModel, LogViewer, logSource } from '../components/log-viewer'

const SERVICES = ['web', 'worker']

/** The logs of Tailrace's own processes. */
export default function LogsPage() {
  const service = useSignal('web')
  return (
    <div class="page fill">
      <header class="page-head">
        <h1>Service logs</h1>
        <div class="tabs" role="tablist">
          {SERVICES.map(name => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={service.value === name}
              onClick={() => (service.value = name)}
            >
              {name}
            </button>
          ))}
        </div>
      </header>
      <ServiceLog key={service.value} service={service.value} />
    </div>
  )
}

function ServiceLog({ service }: { service: string }) {
  const path = `/api/service/logs?service=${service}`
  const model = useMemo(() => new LogModel(logSource(path)), [path])
  useEffect(() => model.watch(`service:${service}`), [model, service])
  return (
    <LogViewer
      model={model}
      steps={[]}
      path={path}
      sources="names"
      empty={`The ${service} processes have not logged anything yet.`}
      isPermalinked
    />
  )
}
