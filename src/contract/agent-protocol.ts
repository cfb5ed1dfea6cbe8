import { z } from 'zod'

/**
 * What an agent and the server say over `/ws/agent`. Each message is JSON, as text, or compressed (RFC 1951) as binary.
 *
 * 1. The server sends `challenge`, the agent answers `prove`, the server `proof`: the agent checks it with the key that it
 *    was given when it enrolled, and hangs up if it is wrong. Only then it sends `hello`, with its own proof.
 * 2. The server answers `welcome`, or `refused` and closes. From then on each connection has an epoch: a newer connection of
 *    the same agent closes the older one.
 * 3. The agent sends what it has in segments of its spool: `batch`es of records, numbered without holes within a segment.
 *    The server answers `ack` when they are durable; what it has already stored it only acknowledges. The newest segment is
 *    live; older ones are what was left unsent by an earlier connection, and come slower.
 * 4. Commands are `command`, `accepted`, `running`, and a record `result` in a batch, so a result survives what a batch survives.
 */
export const PROTOCOL = { min: 1, max: 1 } as const
/** What an agent may be able to do. Only what both know is used. */
export const CAPABILITIES = ['metrics', 'logs', 'actions'] as const
export const MESSAGE_BYTES_MAX = 1024 * 1024
export const RECORDS_MAX = 1_000

const base64url = z.string().regex(/^[\w-]{20,200}$/)
const unixMs = z.number().int().nonnegative()
const name = z.string().min(1).max(255)
const engineId = z.string().regex(/^[a-f0-9]{12,64}$/)
const count = z.number().int().nonnegative()

/** What both sides sign (Ed25519, RFC 8032): the parts, joined by newlines, with who signs in front. */
export const signedText = (
  side: 'agent' | 'server',
  { agentId, serverNonce, agentNonce }: { agentId: string; serverNonce: string; agentNonce: string },
) => ['tailrace agent 1', side, agentId, serverNonce, agentNonce].join('\n')

const engine = z.object({
  kind: z.enum(['docker', 'podman']),
  version: z.string().max(100),
  api_version: z.string().max(20),
})

/** A container as it is now. It is known by its name; `id` is that of its current generation. */
export const agentContainer = z.object({
  id: engineId,
  name,
  image: z.string().max(500),
  image_id: z.string().max(200),
  labels: z.record(z.string().max(200), z.string().max(1_000)),
  state: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  exit_code: z.number().int().nullable(),
  restarts: count,
  created_at: unixMs,
  started_at: unixMs.nullable(),
  finished_at: unixMs.nullable(),
  /** Whether the agent's own settings or a label of the container protect it: actions then need an admin. */
  protected: z.boolean(),
  /** The agent runs in it. */
  own: z.boolean(),
})
export type AgentContainer = z.output<typeof agentContainer>

/** Gauges of a host. Bytes and bytes per second; `cpu` in percent of all cores; null: not known on this machine. */
export const hostSample = z.object({
  cpu: z.number().nullable(),
  load1: z.number().nullable(),
  memory: z.number(),
  memory_total: z.number(),
  swap: z.number().nullable(),
  disk: z.number().nullable(),
  disk_total: z.number().nullable(),
  rx: z.number().nullable(),
  tx: z.number().nullable(),
  read: z.number().nullable(),
  write: z.number().nullable(),
})
/** Gauges of a container. `cpu` in percent of one core; rates are null without an earlier sample, and after a reset. */
export const containerSample = z.object({
  cpu: z.number().nullable(),
  memory: z.number().nullable(),
  memory_limit: z.number().nullable(),
  rx: z.number().nullable(),
  tx: z.number().nullable(),
  read: z.number().nullable(),
  write: z.number().nullable(),
  pids: z.number().nullable(),
})

const at = unixMs
export const record = z.discriminatedUnion('t', [
  z.object({ t: z.literal('host'), at, sample: hostSample }),
  /** Samples of containers that were taken together, by container name. */
  z.object({ t: z.literal('containers'), at, samples: z.record(name, containerSample) }),
  /** Lines of one container, in order. */
  z.object({
    t: z.literal('log'),
    container: name,
    id: engineId,
    lines: z
      .array(
        z.object({
          at,
          stream: z.enum(['stdout', 'stderr']),
          /** As the container wrote it, with ANSI sequences, without the line end. */
          text: z.string(),
          /** It was longer, and is cut. */
          truncated: z.literal(true).optional(),
        }),
      )
      .max(RECORDS_MAX),
  }),
  /** All containers, after each change. */
  z.object({ t: z.literal('inventory'), at, containers: z.array(agentContainer) }),
  /** Something that happened to a container, in the engine's terms: `start`, `die`, `oom`, `health_status`, ... */
  z.object({
    t: z.literal('event'),
    at,
    container: name,
    id: engineId,
    action: z.string().max(100),
    exit_code: z.number().int().nullable(),
  }),
  z.object({
    t: z.literal('result'),
    at,
    command_id: z.uuid(),
    status: z.enum(['succeeded', 'failed', 'rejected', 'unknown']),
    /** Such as `not_found`, `conflict`, `protected`, `timeout`, `interrupted`; null if it succeeded. */
    code: z.string().max(100).nullable(),
    message: z.string().max(2_000),
    container: agentContainer.nullable(),
  }),
  /** What the agent had to drop, or could not get. `container` for log lines. */
  z.object({
    t: z.literal('gap'),
    at,
    from: at,
    to: at,
    what: z.enum(['metrics', 'logs']),
    container: name.nullable(),
    dropped: count,
    reason: z.enum(['spool_full', 'rate_limit', 'rotated', 'engine']),
  }),
])
export type AgentRecord = z.output<typeof record>

/** What a machine tells of itself. */
export const agentFacts = z.object({
  hostname: z.string().min(1).max(255),
  /** As osquery's `system_info` has it; null if it cannot be read. */
  hardware_uuid: z.string().max(100).nullable(),
  boot_id: z.string().max(100).nullable(),
  platform: z.string().max(50),
  os: z.string().max(200),
  cpus: z.number().int().positive(),
  memory: z.number().positive(),
  version: z.string().max(50),
  /** Null while the engine cannot be reached; `engine_error` says why. */
  engine: engine.nullable(),
  engine_error: z.string().max(500).nullable(),
})

/** What the agent sends. */
export const agentMessage = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('prove'),
    agent_id: z.uuid(),
    nonce: base64url,
    protocol_min: z.number().int(),
    protocol_max: z.number().int(),
  }),
  z.object({
    t: z.literal('hello'),
    signature: base64url,
    facts: agentFacts,
    capabilities: z.array(z.string().max(50)).max(50),
    clock: unixMs,
    /** Records in the spool that are not acknowledged. */
    backlog: count,
  }),
  /** At least every `heartbeat_ms`. */
  z.object({ t: z.literal('heartbeat'), clock: unixMs, backlog: count, facts: agentFacts.optional() }),
  z.object({
    t: z.literal('batch'),
    segment: z.uuid(),
    /** Number of the first record; the first of a segment is 1. */
    first: z.number().int().positive(),
    records: z.array(record).min(1).max(RECORDS_MAX),
  }),
  /** All records of a segment are acknowledged, and none will follow. */
  z.object({ t: z.literal('segment_done'), segment: z.uuid() }),
  /** The command is in the agent's journal. */
  z.object({ t: z.literal('accepted'), command_id: z.uuid() }),
  /** The engine is being asked to carry it out. */
  z.object({ t: z.literal('running'), command_id: z.uuid() }),
])
export type AgentMessage = z.output<typeof agentMessage>

export const command = z.object({
  id: z.uuid(),
  action: z.enum(['start', 'stop', 'restart']),
  container: name,
  /** The generation that was seen when the action was asked for: another one is refused. */
  container_id: engineId,
  reason: z.string(),
  /** Whether an admin typed its name: actions on protected containers need it. */
  confirmed: z.boolean(),
  /** Time for the container to stop before it is killed. */
  grace_seconds: count,
  /** Not begun after this time. */
  expires_at: unixMs,
  /** Given up after this time. */
  deadline_ms: count,
})
export type AgentCommand = z.output<typeof command>

/** What the server sends. */
export const serverMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('challenge'), nonce: base64url }),
  z.object({ t: z.literal('proof'), signature: base64url }),
  z.object({
    t: z.literal('welcome'),
    protocol: z.number().int(),
    capabilities: z.array(z.string()),
    epoch: z.number().int(),
    clock: unixMs,
    heartbeat_ms: z.number().int().positive(),
    /** Time between samples, and while somebody watches, and of idle containers. */
    interval_ms: z.number().int().positive(),
    watched_interval_ms: z.number().int().positive(),
    idle_interval_ms: z.number().int().positive(),
    /** Log lines per second and container beyond which the agent drops and says so. */
    log_lines_per_second: z.number().int().positive(),
    /** Records per second of older segments. */
    backfill_per_second: z.number().int().positive(),
  }),
  /** The connection is closed afterwards. Codes: `unknown_agent`, `revoked`, `bad_proof`, `unsupported`, `replaced`, `busy`. */
  z.object({
    t: z.literal('refused'),
    code: z.string(),
    message: z.string(),
    /** The agent does not come back earlier. */
    retry_after_ms: count,
  }),
  z.object({ t: z.literal('ack'), segment: z.uuid(), seq: count }),
  /** Names of the containers that somebody watches, and whether somebody watches the host. */
  z.object({ t: z.literal('watch'), host: z.boolean(), containers: z.array(name) }),
  z.object({ t: z.literal('command'), command }),
])
export type ServerMessage = z.output<typeof serverMessage>

/** `POST /api/agents/enroll`, with the enrolment token as bearer token. */
export const enrollment = z.strictObject({ public_key: base64url, facts: agentFacts })
export const enrolled = z.object({ agent_id: z.uuid(), name: z.string(), server_key: base64url })
