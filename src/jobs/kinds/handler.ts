import type { AnyKind, Kind } from './kind'
import type { Run } from './run'

/** A kind with the function that runs its jobs. */
export interface Handler<Deps = unknown> {
  kind: AnyKind
  work: (run: Run, input: unknown, deps: Deps) => Promise<unknown>
}

/**
 * Defines the handler of a kind.
 * @param work its return value is the job's result, JSON up to 256 KiB; what it throws is the attempt's error
 */
export function handle<Input, Given, Result, Deps = object>(
  kind: Kind<Input, Given, Result>,
  work: (run: Run, input: Input, deps: Deps) => Promise<Result>,
): Handler<Deps> {
  return { kind, work: work as Handler<Deps>['work'] }
}

/** The dependencies of all handlers in a list. */
export type DepsOf<Handlers extends readonly Handler<never>[]> = (
  Handlers[number] extends infer H
    ? H extends Handler<infer D>
      ? (deps: D) => void
      : never
    : never
) extends (deps: infer All) => void
  ? All
  : never
