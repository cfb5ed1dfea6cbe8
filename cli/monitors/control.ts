import { clean } from '../../text/display'
import type { Context } from '../command'
import { EXIT } from '../exit'
import { followJob } from '../follow-job'
import { patienceOf } from '../patience'
import { monitorIdOf } from './find'

export interface ControlOptions {
  reason?: string
  json?: boolean
  patience?: string
}

/** Stops checking, or checks again. */
export async function controlMonitor(
  { api, terminal }: Context,
  verb: 'pause' | 'resume',
  name: string,
  { reason, json }: ControlOptions,
): Promise<number> {
  const body = reason?.trim() ? { reason } : {}
  const monitor = await api.post(`/api/monitors/{id}/${verb}`, { id: await monitorIdOf(api, name), body })
  if (json) terminal.json(monitor)
  else terminal.write(`${clean(monitor.name)} ${monitor.status}\n`)
  return EXIT.ok
}

/** Checks now, and shows the lines of the check as they come. */
export async function checkMonitor(
  context: Context,
  name: string,
  { reason, json, patience }: ControlOptions,
): Promise<number> {
  const { api, terminal } = context
  const patienceMs = patienceOf(patience)
  const body = reason?.trim() ? { reason } : {}
  const { job, links } = await api.post('/api/monitors/{id}/check', { id: await monitorIdOf(api, name), body })
  if (json) terminal.json({ event: 'job', ...job, links })
  return followJob(context, job, { isJson: json === true, patienceMs })
}
