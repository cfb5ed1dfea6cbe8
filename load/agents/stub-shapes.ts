type Kind = 'docker' | 'podman'

export interface StubLine {
  at: number
  stream: 'stdout' | 'stderr'
  /** Without its end if the engine has cut the line here. */
  text: string
  isPart?: boolean
}

export interface StubContainer {
  id: string
  name: string
  image: string
  labels: Record<string, string>
  state: 'created' | 'running' | 'exited'
  health?: string
  exitCode: number
  restarts: number
  createdAt: number
  startedAt: number
  finishedAt: number
  tty: boolean
  lines: StubLine[]
  counters: {
    cpuNs: number
    memory: number
    cache: number
    rx: number
    tx: number
    read: number
    write: number
    pids: number
  }
  /** Counters grow by so much per second of time. */
  cpuShare: number
}

/** Docker has nanoseconds, Podman before 5.8 whole seconds. */
export function timeText(at: number, kind: Kind): string {
  const text = new Date(at).toISOString()
  return kind === 'docker' ? text.replace('Z', '123456Z') : text.replace(/\.\d+Z$/, 'Z')
}

export function frameOf(stream: 'stdout' | 'stderr', text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.from([stream === 'stdout' ? 1 : 2, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

const time = (ms: number) => (ms ? new Date(ms).toISOString() : '0001-01-01T00:00:00Z')

export function inspectBody(container: StubContainer, kind: Kind) {
  const health = container.health === undefined ? {} : { Status: container.health }
  return {
    Id: container.id,
    Name: kind === 'docker' ? `/${container.name}` : container.name,
    Created: time(container.createdAt),
    Image: `sha256:${'0'.repeat(64)}`,
    RestartCount: container.restarts,
    State: {
      ...{ Status: container.state, ExitCode: container.exitCode },
      ...{ StartedAt: time(container.startedAt), FinishedAt: time(container.finishedAt) },
      // Podman 4 says it also of containers that have no check
      ...(kind === 'podman' ? { Healthcheck: { Status: '', ...health } } : container.health && { Health: health }),
    },
    Config: { Image: container.image, Labels: container.labels, Tty: container.tty },
  }
}

export function statsBody(container: StubContainer, kind: Kind, cgroup: 1 | 2) {
  const { counters, state, cpuShare } = container
  const now = Date.now()
  if (state !== 'running')
    return { read: time(0), cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {}, pids_stats: {} }
  const cpuNs = counters.cpuNs + Math.round((now - container.startedAt) * 1e6 * cpuShare)
  const cache = cgroup === 1 ? { cache: counters.cache, total_inactive_file: 1 } : { inactive_file: counters.cache }
  const network = { rx_bytes: counters.rx, tx_bytes: counters.tx }
  return {
    read: new Date(now).toISOString(),
    preread: time(0),
    cpu_stats: {
      cpu_usage: { total_usage: cpuNs, ...(cgroup === 1 && { percpu_usage: [cpuNs] }) },
      system_cpu_usage: kind === 'podman' ? cpuNs * 2 : now * 1e6 * 4,
      online_cpus: 4,
    },
    memory_stats: {
      usage: counters.memory,
      limit: kind === 'podman' ? 2 ** 64 : 100e6,
      ...(kind === 'podman' ? { stats: null } : { stats: cache }),
    },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 8, minor: 0, op: kind === 'podman' ? 'Read' : 'read', value: counters.read },
        { major: 8, minor: 0, op: kind === 'podman' ? 'Write' : 'write', value: counters.write },
      ],
    },
    pids_stats: { current: counters.pids },
    networks: kind === 'podman' ? { network: network } : { eth0: network, eth1: { rx_bytes: 1, tx_bytes: 1 } },
  }
}

export function eventBody(
  { id, name, image }: StubContainer,
  action: string,
  attributes: Record<string, string>,
): string {
  const now = Date.now()
  const actor = { ID: id, Attributes: { name, image, ...attributes } }
  return `${JSON.stringify({ Type: 'container', Action: action, Actor: actor, time: Math.floor(now / 1_000), timeNano: now * 1e6 })}\n`
}
