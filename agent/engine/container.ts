import { agentContainer } from '../../src/contract/agent-protocol'
import type { Inspected } from './engine'
import { type Json, numberOf, objectOf, textOf, timeOf } from './json'

const STATES = agentContainer.shape.state.options
const HEALTH = agentContainer.shape.health.options
const LABELS_MAX = 100
/** What Podman calls differently. */
const ALIASES: Record<string, Inspected['state']> = {
  configured: 'created',
  initialized: 'created',
  stopped: 'exited',
  stopping: 'running',
  unknown: 'dead',
}

/** A container from `GET /containers/{id}/json` of Docker or Podman. */
export function containerOf(answer: Json): Inspected {
  const state = objectOf(answer.State)
  const config = objectOf(answer.Config)
  const status = textOf(state.Status).toLowerCase()
  const found = STATES.find(each => each === status) ?? ALIASES[status] ?? 'dead'
  const hasRun = timeOf(state.StartedAt) !== undefined
  return {
    id: textOf(answer.Id),
    name: textOf(answer.Name).replace(/^\//, '').slice(0, 255),
    image: (textOf(config.Image) || textOf(answer.ImageName)).slice(0, 500),
    image_id: textOf(answer.Image).slice(0, 200),
    labels: labelsOf(config.Labels),
    state: found,
    health: healthOf(state),
    exit_code: hasRun && found !== 'running' ? (numberOf(state.ExitCode) ?? null) : null,
    restarts: Math.trunc(numberOf(answer.RestartCount) ?? 0),
    created_at: timeOf(answer.Created) ?? 0,
    started_at: timeOf(state.StartedAt) ?? null,
    finished_at: timeOf(state.FinishedAt) ?? null,
    tty: config.Tty === true,
  }
}

/** Podman 4 calls it `Healthcheck`, and gives an empty status to what has none. */
function healthOf(state: Json): Inspected['health'] {
  const status = textOf(objectOf(state.Health ?? state.Healthcheck).Status)
  return HEALTH.find(each => each === status) ?? 'none'
}

function labelsOf(labels: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(labels)).slice(0, LABELS_MAX)
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(0, 200), String(value).slice(0, 1_000)]))
}
