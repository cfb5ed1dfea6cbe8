import { badRequest } from '../../base/errors'
import type { z } from '../../base/parse'
import type { JobOutcome, QueueName } from '../../contract/jobs'
import { QUEUES } from './queues'

/** How jobs of a kind are run. */
export interface KindOptions<Input> {
  /** Max attempts of a job; default 1. */
  attempts?: number
  /** Delay before the second attempt, doubled for each further one; default 1,000 ms. */
  backoffMs?: number
  /** An attempt that takes longer fails with code `timeout`; default: no limit. */
  timeLimitMs?: number
  /** 0 runs first; default 0. */
  priority?: number
  /** The dedupe key of a job. While a job with the same key is open, enqueuing returns that job. */
  dedupe?: (input: Input) => string
  /** Its handler can resume in any process: a shutdown aborts its runs at once instead of waiting for them. */
  resumable?: boolean
  /** Whether `POST /api/jobs` may create its jobs; default true. */
  byRequest?: boolean
}

/** The contract of a job kind. Processes that only enqueue jobs never load the handler. */
export interface Kind<Input = unknown, Given = unknown, Result = never> {
  name: string
  /** The name shown to people, such as `Health check`. */
  label: string
  queue: QueueName
  input: z.ZodType<Input, Given>
  /** What a result means. Pure: it sees nothing but what the handler returned. */
  outcome: (result: Result) => JobOutcome
  options: KindOptions<Input>
}

const DONE: JobOutcome = { level: 'ok', text: 'Done' }

const NAME = /^[a-z][a-z0-9-]{0,63}$/

/**
 * Defines a job kind.
 * @throws Error if its name or queue is invalid
 */
export function defineKind<Input, Given = Input, Result = unknown>(definition: {
  name: string
  label?: string
  queue: QueueName
  input: z.ZodType<Input, Given>
  /** Default: whatever is returned is good. */
  outcome?: (result: Result) => JobOutcome
  options?: KindOptions<Input>
}): Kind<Input, Given, Result> {
  if (!NAME.test(definition.name)) throw new Error(`A kind cannot be named "${definition.name}"`)
  if (!(definition.queue in QUEUES)) throw new Error(`Kind ${definition.name} names an unknown queue`)
  return { options: {}, label: labelOf(definition.name), outcome: () => DONE, ...definition }
}

/** `health-check` becomes `Health check`. */
const labelOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')

/** Any kind, whatever its input. */
export interface AnyKind {
  name: string
  label: string
  queue: QueueName
  input: z.ZodType
  outcome: (result: never) => JobOutcome
  options: KindOptions<never>
}

/**
 * All kinds by name.
 * @throws Error when two kinds share a name
 */
export function indexKinds(kinds: readonly AnyKind[]): ReadonlyMap<string, AnyKind> {
  const byName = new Map<string, AnyKind>()
  for (const kind of kinds) {
    if (byName.has(kind.name)) throw new Error(`The kind ${kind.name} is registered twice`)
    byName.set(kind.name, kind)
  }
  return byName
}

/**
 * A kind that people may start, by the name in a request.
 * @param where the place of the name in the request
 * @throws Problem 400 when there is none of that name
 */
export function startableKind(kinds: ReadonlyMap<string, AnyKind>, name: string, where = 'body.kind'): AnyKind {
  const kind = kinds.get(name)
  if (kind && kind.options.byRequest !== false) return kind
  const names = [...kinds.values()].filter(each => each.options.byRequest !== false).map(each => each.name)
  throw badRequest([{ path: where, message: `Unknown kind. Known kinds: ${names.join(', ')}` }])
}
