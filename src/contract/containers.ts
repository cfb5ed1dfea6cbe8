import { z } from 'zod'
import { actor } from './access'
import { agentStatus } from './agents'
import { byId, page, paging, plainText, reason, several, time, timeGiven, uuid } from './fields'
import { job, jobLinks } from './jobs'
import { logPage, logQuery, mergedLogPage } from './logs'
import type { Routes } from './route'
import { filterFields, sse, streamQuery } from './streams'
import { COMMAND_STATUSES, CONTAINER_ACTIONS, CONTAINER_HEALTHS, CONTAINER_STATES } from './values'

export const containerState = z.enum(CONTAINER_STATES)
export type ContainerState = z.output<typeof containerState>
export const containerHealth = z.enum(CONTAINER_HEALTHS)
export type ContainerHealth = z.output<typeof containerHealth>

/** A container of a machine, known by its name: it stays the same when it is created again. */
export const container = z
  .object({
    id: uuid,
    agent_id: uuid,
    agent_name: z.string(),
    /** While the agent is offline, the rest is what it was. */
    agent_status: agentStatus,
    name: z.string(),
    /** The engine's id of the current or last generation. */
    engine_id: z.string(),
    image: z.string(),
    image_id: z.string(),
    labels: z.record(z.string(), z.string()),
    /** `gone`: the engine does not have it any more. */
    state: containerState,
    state_since: time,
    health: containerHealth,
    exit_code: z.number().nullable(),
    restarts: z.number(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    /** Stopping and restarting it needs an admin who types its name. */
    protected: z.boolean(),
    /** The agent runs in it. */
    own: z.boolean(),
    first_seen_at: time,
  })
  .meta({ id: 'Container' })
export type Container = z.output<typeof container>

/** One container that the engine has had under the name. */
export const generation = z.object({
  engine_id: z.string(),
  image: z.string(),
  image_id: z.string(),
  created_at: time,
  first_seen_at: time,
  /** Null for the current one. */
  gone_at: time.nullable(),
  exit_code: z.number().nullable(),
})
export type Generation = z.output<typeof generation>

const containerNames = {
  container_id: uuid,
  container_name: z.string(),
  agent_id: uuid,
  agent_name: z.string(),
  image: z.string(),
}
/** Data of the tenant events `container_started`, `container_stopped` and `container_health`. */
export const containerChangedEvent = z.object({
  ...containerNames,
  state: containerState,
  health: containerHealth,
  exit_code: z.number().nullable(),
  /** The engine has a new container under the name. */
  recreated: z.boolean(),
})
export type ContainerChangedEvent = z.output<typeof containerChangedEvent>

/** Data of `status` in the topic of a container. */
export const containerTopicState = z.object({
  container: container.pick({
    ...{ id: true, name: true, engine_id: true, image: true, state: true, state_since: true, health: true },
    ...{ exit_code: true, restarts: true, started_at: true, finished_at: true, protected: true, own: true },
  }),
})
export type ContainerTopicState = z.output<typeof containerTopicState>

/** Data of `container_event` in the topics of a container and of its agent: what the engine reported. */
export const containerEvent = z.object({
  container_id: uuid,
  container_name: z.string(),
  engine_id: z.string(),
  /** In the engine's words: `start`, `die`, `oom`, `health_status`, ... */
  action: z.string(),
  exit_code: z.number().nullable(),
  at: time,
})
export type ContainerEvent = z.output<typeof containerEvent>

/**
 * `data` of a log line. `at`: when the container wrote it, if the line came too late to be filed under that time.
 * `gap`: this is not a line of the container but says what was dropped.
 */
export const containerLineData = z.object({
  at: time.optional(),
  gap: z.object({ from: time, to: time, dropped: z.number(), reason: z.string() }).optional(),
})
export type ContainerLineData = z.output<typeof containerLineData>

export const containerAction = z.enum(CONTAINER_ACTIONS)
export type ContainerAction = z.output<typeof containerAction>
export const commandStatus = z.enum(COMMAND_STATUSES)
export type CommandStatus = z.output<typeof commandStatus>

/** An action on a container. Its job has the same id. */
export const containerCommand = z
  .object({
    id: uuid,
    ...containerNames,
    /** The generation it is meant for. */
    engine_id: z.string(),
    action: containerAction,
    status: commandStatus,
    /** Why it ended otherwise than well: `not_found`, `conflict`, `protected`, `timeout`, `interrupted`, ... */
    code: z.string().nullable(),
    message: z.string(),
    reason: z.string(),
    confirmed: z.boolean(),
    grace_seconds: z.number(),
    created_by: actor,
    created_at: time,
    sent_at: time.nullable(),
    accepted_at: time.nullable(),
    ended_at: time.nullable(),
    expires_at: time,
  })
  .meta({ id: 'ContainerCommand' })
export type ContainerCommand = z.output<typeof containerCommand>

/** Data of `command_updated`, in the topics of the container and its agent, and of the tenant. */
export const commandEvent = containerCommand
  .pick({ action: true, status: true, code: true, message: true })
  .extend({ command_id: uuid, ...containerNames })
export type CommandEvent = z.output<typeof commandEvent>

const act = (action: ContainerAction, summary: string) =>
  ({
    method: 'post',
    path: `/api/containers/{id}/${action}`,
    role: 'operator',
    summary: `${summary} With an \`Idempotency-Key\`, the same request within 24 hours is answered with the same command.`,
    params: byId,
    body: z.strictObject({
      reason,
      /** The name of the container, as an admin types it: actions on protected containers need it. */
      confirm: plainText(255).optional(),
      /** Time for the container to stop before it is killed. */
      grace_seconds: z.number().int().min(0).max(300).default(10),
    }),
    example: { reason: 'does not answer' },
    replies: {
      202: z.object({ command: containerCommand, job, links: jobLinks.extend({ command: z.string() }) }),
    },
  }) as const

const selection = {
  agent: several(uuid).optional(),
  status: several(containerState).optional(),
  /** In name and image. */
  q: plainText(200).optional(),
  image: plainText(500).optional(),
  /** `name=value`, or a name alone; repeated ones must all hold. */
  label: z.union([z.string().transform(text => [text]), z.array(z.string()).max(20)]).optional(),
}

export const containerRoutes = {
  list: {
    method: 'get',
    path: '/api/containers',
    role: 'viewer',
    summary:
      'Lists containers by name, with the number of containers in each state. Those that are gone are only listed with `status=gone`.',
    query: z.strictObject({ ...selection, ...paging({ defaultLimit: 100 }) }),
    replies: { 200: page(container).extend({ counts: z.record(containerState, z.number()) }) },
  },
  mergedLogs: {
    method: 'get',
    path: '/api/containers/logs',
    role: 'viewer',
    summary: 'Lists log lines of the containers that a filter selects (at most 200), in order of time.',
    query: z.strictObject({
      ...selection,
      level: filterFields.level,
      /** In the lines. */
      text: filterFields.q,
      since: timeGiven.optional(),
      limit: z.coerce.number().int().min(1).max(5_000).default(500),
      cursor: z.string().max(60).optional(),
    }),
    replies: { 200: mergedLogPage },
  },
  read: {
    method: 'get',
    path: '/api/containers/{id}',
    role: 'viewer',
    summary: 'Returns a container with its generations, newest first.',
    params: byId,
    replies: { 200: container.extend({ generations: z.array(generation) }) },
  },
  logs: {
    method: 'get',
    path: '/api/containers/{id}/logs',
    role: 'viewer',
    summary: "Returns a page of a container's log lines, or the whole log as a download with `format=text|ndjson`.",
    params: byId,
    query: logQuery,
    replies: { 200: logPage },
  },
  stream: {
    method: 'get',
    path: '/api/containers/{id}/logs/stream',
    role: 'viewer',
    summary: "Streams a container's log lines, state and events.",
    params: byId,
    query: streamQuery,
    replies: sse,
  },
  start: act('start', 'Starts a container.'),
  stop: act('stop', 'Stops a container.'),
  restart: act('restart', 'Restarts a container.'),
} as const satisfies Routes

export const commandRoutes = {
  list: {
    method: 'get',
    path: '/api/commands',
    role: 'viewer',
    summary: 'Lists actions on containers, newest first.',
    query: z.strictObject({
      agent: uuid.optional(),
      container: uuid.optional(),
      status: several(commandStatus).optional(),
      ...paging(),
    }),
    replies: { 200: page(containerCommand) },
  },
  read: {
    method: 'get',
    path: '/api/commands/{id}',
    role: 'viewer',
    summary: 'Returns an action on a container.',
    params: byId,
    replies: { 200: containerCommand },
  },
} as const satisfies Routes
