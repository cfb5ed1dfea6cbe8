import { containerOf } from './container'
import { countersOf } from './counters'
import type {
  Action,
  Counters,
  Engine,
  EngineEvent,
  EngineVersion,
  Inspected,
  Listed,
  LogOutput,
  LogStart,
} from './engine'
import { EngineError } from './engine'
import { eventsOf } from './events'
import { type Json, listOf, objectOf, textOf } from './json'
import { EngineSocket, failure } from './request'

const TIMEOUT_MS = 5_000
const COUNTERS_TIMEOUT_MS = 2_500
/** Podman looks at each container's files for a list. */
const LIST_TIMEOUT_MS = 15_000
/** Only so that nothing waits for ever: each command has a deadline. */
const ACTION_TIMEOUT_MS = 3_600_000
/** Stopped containers beyond the newest are not looked at: some machines have thousands. */
const LISTED_MAX = 300
const ID = /^[a-f0-9]{12,64}$/
const NAME = /^[\w][\w.-]{0,254}$/

/** An engine's HTTP interface over its Unix socket. Only named verbs, and no path that others have a say in. */
export class EngineClient implements Engine {
  readonly #socket: EngineSocket

  constructor(path: string) {
    this.#socket = new EngineSocket(path)
  }

  /** From the headers of a ping: Podman takes seconds for `/version`, because it asks the system's packages. */
  async version(signal: AbortSignal): Promise<EngineVersion> {
    const answer = await this.#socket.call({ path: '/_ping', signal, timeoutMs: TIMEOUT_MS })
    if (answer.status >= 400) throw failure(answer)
    const [, program = '', version = ''] = /^(\w+)\/(\S+)/.exec(String(answer.headers.server ?? '')) ?? []
    return {
      kind: /libpod|podman/i.test(program) ? 'podman' : 'docker',
      version: version.slice(0, 100),
      api_version: String(answer.headers['api-version'] ?? '').slice(0, 20),
    }
  }

  async list(signal: AbortSignal): Promise<Listed[]> {
    const running = listOf(await this.#get('/containers/json', signal, LIST_TIMEOUT_MS))
    const newest = listOf(await this.#get(`/containers/json?all=true&limit=${LISTED_MAX}`, signal, LIST_TIMEOUT_MS))
    const found = new Map<string, Listed>()
    for (const each of [...running, ...newest].map(objectOf)) {
      const id = textOf(each.Id)
      if (ID.test(id)) found.set(id, { id, state: textOf(each.State).toLowerCase() })
    }
    return [...found.values()]
  }

  async inspect(idOrName: string, signal: AbortSignal): Promise<Inspected> {
    return containerOf(objectOf(await this.#get(`${pathOf(idOrName)}/json`, signal, TIMEOUT_MS)))
  }

  async counters(id: string, signal: AbortSignal): Promise<Counters | null> {
    const answer = await this.#get(`${pathOf(id)}/stats?stream=false&one-shot=true`, signal, COUNTERS_TIMEOUT_MS)
    return answer === undefined ? null : countersOf(objectOf(answer), Date.now())
  }

  async logs(id: string, from: LogStart, tty: boolean, signal: AbortSignal): Promise<LogOutput> {
    const part = 'tail' in from ? `tail=${from.tail}` : `since=${(from.sinceMs / 1_000).toFixed(3)}`
    const query = `stdout=true&stderr=true&timestamps=true&follow=true&${part}`
    const chunks = await this.#socket.open(`${pathOf(id)}/logs?${query}`, signal)
    // by the container, because Podman names no type, and old versions of Docker the same for both
    return { chunks, framed: !tty }
  }

  async events(sinceMs: number, signal: AbortSignal): Promise<AsyncIterable<EngineEvent>> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }))
    const since = (sinceMs / 1_000).toFixed(3)
    return eventsOf(await this.#socket.open(`/events?since=${since}&filters=${filters}`, signal))
  }

  /** Always with a time to stop in: without one, Podman kills at once when it restarts. */
  async act(id: string, action: Action, graceSeconds: number, signal: AbortSignal): Promise<'done' | 'unchanged'> {
    const query = action === 'start' ? '' : `?t=${graceSeconds}`
    const path = `${pathOf(id)}/${action}${query}`
    const answer = await this.#socket.call({
      method: 'POST',
      path,
      signal,
      timeoutMs: ACTION_TIMEOUT_MS,
      ownSocket: true,
    })
    if (answer.status === 304) return 'unchanged'
    if (answer.status >= 400) throw failure(answer)
    return 'done'
  }

  close(): void {
    this.#socket.close()
  }

  /** @returns undefined for an empty answer, as Podman gives for statistics of what does not run */
  async #get(path: string, signal: AbortSignal, timeoutMs: number): Promise<unknown> {
    const answer = await this.#socket.call({ path, signal, timeoutMs })
    if (answer.status >= 400) throw failure(answer)
    if (!answer.body.trim()) return undefined
    try {
      return JSON.parse(answer.body) as Json
    } catch {
      throw new EngineError('engine', `The engine's answer to ${path.split('?')[0]} is not JSON.`)
    }
  }
}

/** @throws EngineError for what is neither an id nor a name */
function pathOf(idOrName: string): string {
  if (ID.test(idOrName) || NAME.test(idOrName)) return `/containers/${idOrName}`
  throw new EngineError('not_found', 'There is no container of such a name.')
}
