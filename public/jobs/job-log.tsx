import type { ComponentChildren } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { LogModel, LogViewer, logSource } from '../components/log-viewer'

interface JobLogProps {
  job: Job
  /** Shows only the lines of this step. */
  step?: string
  isPermalinked?: boolean
  /** For the toolbar. */
  scope?: ComponentChildren
}

/** The live log of one job. */
export function JobLog({ job, step = '', isPermalinked = false, scope }: JobLogProps) {
  const path = `/api/jobs/${encodeURIComponent(job.id)}/logs`
  const model = useMemo(() => new LogModel(logSource(path)), [path])
  useEffect(() => model.watch(`job:${job.id}`), [model, job.id])
  useEffect(() => {
    if (step !== model.filter.peek().step && !isPermalinked) void model.setFilter({ ...model.filter.peek(), step })
  }, [model, step])
  return (
    <LogViewer
      model={model}
      steps={[...new Set(job.steps.map(step => step.name))]}
      attempts={job.attempt}
      path={path}
      scope={scope}
      empty={job.status === 'pending' || job.status === 'scheduled' ? 'Waiting for a worker.' : 'No log lines yet'}
      origin={Date.parse(job.started_at ?? job.created_at)}
      isPermalinked={isPermalinked}
    />
  )
}
