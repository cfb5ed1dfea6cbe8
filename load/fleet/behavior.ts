import type { Random } from './random'

/** How an agent deviates from correct answers. Probabilities are from 0 to 1. */
export interface Behavior {
  /** Probability that a query returns no rows. */
  noRows: number
  /** Probability that a query fails. */
  errors: number
  /** Probability that a query crashes the worker process: the query is lost and its SQL denylisted. */
  crashes: number
  /** Probability that a write is sent twice. */
  duplicates: number
  /** Probability that the body of a write is truncated on the first attempt. */
  malformed: number
  /** Range of a query's run time, in ms. */
  delayMs: readonly [least: number, most: number]
  /** Takes queries but never answers. */
  silent: boolean
  /** Enrols and never comes back. */
  offline: boolean
  /** Rows of large tables; default depends on the table. */
  rows: number | undefined
  logShape: LogShape
}

/** `configured`: determined by the server's options. */
export const LOG_SHAPES = ['configured', 'event', 'batch', 'snapshot-event'] as const
export type LogShape = (typeof LOG_SHAPES)[number]

/** For a whole fleet; `silent` and `offline` are fractions of its hosts. */
export interface FleetBehavior extends Omit<Behavior, 'silent' | 'offline' | 'logShape'> {
  silent: number
  offline: number
  logShape: LogShape | 'mixed'
}

export const GOOD: FleetBehavior = {
  ...{ noRows: 0, errors: 0, crashes: 0, duplicates: 0, malformed: 0, delayMs: [0, 0] },
  ...{ silent: 0, offline: 0, rows: undefined, logShape: 'configured' },
}

/** Derives the behavior of one host. */
export function behaviorOf(fleet: FleetBehavior, random: Random): Behavior {
  return {
    ...fleet,
    silent: random.chance(fleet.silent),
    offline: random.chance(fleet.offline),
    logShape: fleet.logShape === 'mixed' ? random.pick(LOG_SHAPES) : fleet.logShape,
  }
}
