import { z } from 'zod'
import { actor } from './access'
import { enrolled, enrollment } from './agent-protocol'
import {
  byId,
  page,
  paging,
  plainText,
  reason,
  reasonQuery,
  several,
  time,
  timeGiven,
  uuid,
  visibleText,
} from './fields'
import type { Routes } from './route'
import { AGENT_STATUSES } from './values'

export const agentStatus = z.enum(AGENT_STATUSES)
export type AgentStatus = z.output<typeof agentStatus>

export const agent = z
  .object({
    id: uuid,
    name: z.string(),
    status: agentStatus,
    hostname: z.string(),
    platform: z.string(),
    os: z.string(),
    cpus: z.number(),
    /** Bytes. */
    memory: z.number(),
    /** Of the agent program. */
    version: z.string(),
    hardware_uuid: z.string().nullable(),
    boot_id: z.string().nullable(),
    /** Null while the agent cannot reach it; `engine_error` says why. */
    engine: z.object({ kind: z.enum(['docker', 'podman']), version: z.string(), api_version: z.string() }).nullable(),
    engine_error: z.string().nullable(),
    /** What both the agent and the server can do: `metrics`, `logs`, `actions`. Empty before it has connected. */
    capabilities: z.array(z.string()),
    enrolled_at: time,
    /** Start of the connection that is open or was the last. */
    connected_at: time.nullable(),
    last_seen_at: time.nullable(),
    /** How far the agent's clock is ahead of the server's. */
    clock_offset_ms: z.number().nullable(),
    /** Records that the agent keeps because they are not stored here yet. */
    backlog: z.number(),
    /** Containers of its last inventory. */
    containers: z.object({ total: z.number(), running: z.number() }),
  })
  .meta({ id: 'Agent' })
export type Agent = z.output<typeof agent>

const agentNames = { agent_id: uuid, agent_name: z.string(), hostname: z.string() }
/** Data of the tenant event `agent_connected`. */
export const agentConnectedEvent = z.object({ ...agentNames, epoch: z.number(), version: z.string() })
export type AgentConnectedEvent = z.output<typeof agentConnectedEvent>
/** Data of the tenant event `agent_disconnected`; a `replaced` connection causes none. */
export const agentDisconnectedEvent = z.object({
  ...agentNames,
  epoch: z.number(),
  reason: z.enum(['closed', 'lost', 'deleted']),
})
export type AgentDisconnectedEvent = z.output<typeof agentDisconnectedEvent>

/** Data of `status` in the topic of an agent. */
export const agentState = z.object({
  agent: agent.pick({ id: true, name: true, status: true, connected_at: true, backlog: true, clock_offset_ms: true }),
})
export type AgentState = z.output<typeof agentState>
/** Data of `agent_gap` in the topic of an agent: samples that it had to drop or could not get, or lines of a container that is not known. */
export const agentGap = z.object({
  what: z.enum(['metrics', 'logs']),
  from: time,
  to: time,
  dropped: z.number(),
  reason: z.string(),
})
export type AgentGap = z.output<typeof agentGap>

export const agentToken = z.object({
  id: uuid,
  name: z.string(),
  reusable: z.boolean(),
  created_by: actor,
  created_at: time,
  expires_at: time,
  last_used_at: time.nullable(),
  /** Agents enrolled with it. A token that is not reusable works for one. */
  used: z.number(),
})
export type AgentToken = z.output<typeof agentToken>

export const agentRoutes = {
  list: {
    method: 'get',
    path: '/api/agents',
    role: 'viewer',
    summary: 'Lists agents by name, with the number of agents in each status.',
    query: z.strictObject({
      status: several(agentStatus).optional(),
      /** In name, host name and operating system. */
      q: plainText(200).optional(),
      hardware_uuid: plainText(100).optional(),
      ...paging({ defaultLimit: 100 }),
    }),
    replies: { 200: page(agent).extend({ counts: z.record(agentStatus, z.number()) }) },
  },
  enroll: {
    method: 'post',
    path: '/api/agents/enroll',
    role: 'anyone',
    summary: 'Enrolls an agent, with its public key and the token of `POST /api/agent-tokens` as bearer token.',
    body: enrollment,
    replies: { 201: enrolled },
  },
  read: {
    method: 'get',
    path: '/api/agents/{id}',
    role: 'viewer',
    summary: 'Returns an agent.',
    params: byId,
    replies: { 200: agent },
  },
  update: {
    method: 'patch',
    path: '/api/agents/{id}',
    role: 'operator',
    summary: 'Renames an agent.',
    params: byId,
    body: z.strictObject({ name: visibleText(200), reason: reason.optional() }),
    replies: { 200: agent },
  },
  remove: {
    method: 'delete',
    path: '/api/agents/{id}',
    role: 'admin',
    summary:
      'Removes an agent with its containers, metrics and logs. Its connection is closed and its key is not accepted any more.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes

export const agentTokenRoutes = {
  list: {
    method: 'get',
    path: '/api/agent-tokens',
    role: 'admin',
    summary: 'Lists the tokens that agents enroll with, newest first, without the secrets themselves.',
    query: z.strictObject(paging()),
    replies: { 200: page(agentToken) },
  },
  create: {
    method: 'post',
    path: '/api/agent-tokens',
    role: 'admin',
    summary: 'Creates a token that one agent, or several if it is reusable, enroll with. It is shown only once.',
    body: z.strictObject({
      name: visibleText(200).default('Agent'),
      reusable: z.boolean().default(false),
      /** Default: in an hour, or in 30 days if it is reusable. At most a year. */
      expires_at: timeGiven.optional(),
      reason: reason.optional(),
    }),
    example: { name: 'web-1' },
    replies: { 201: z.object({ token: agentToken, secret: z.string() }) },
  },
  remove: {
    method: 'delete',
    path: '/api/agent-tokens/{id}',
    role: 'admin',
    summary: 'Removes a token, so that no more agents can enroll with it. Enrolled agents stay.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
