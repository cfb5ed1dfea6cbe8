import type { Random } from './random'

/** What an agent does besides answering well. Shares are from 0 to 1. */
export interface Behaviour {
  /** Of queries that find nothing. */
  noRows: number
  /** Of queries that fail. */
  errors: number
  /** Of queries at which the worker process crashes: the query is lost and its SQL denylisted. */
  crashes: number
  /** Of writes that are sent twice. */
  duplicates: number
  /** Of writes whose body is cut off at the first attempt. */
  malformed: number
  /** How long a query runs, ms. */
  delayMs: readonly [least: number, most: number]
  /** Takes queries and never answers. */
  silent: boolean
  /** Enrols, and is not seen again. */
  offline: boolean
  /** Rows of tables that have many; their own number unless given. */
  rows: number | undefined
  logShape: LogShape
}

/** `configured`: as the server's options say. */
export const LOG_SHAPES = ['configured', 'event', 'batch', 'snapshot-event'] as const
export type LogShape = (typeof LOG_SHAPES)[number]

/** For a whole fleet: some of its hosts are silent, some offline. */
export interface FleetBehaviour extends Omit<Behaviour, 'silent' | 'offline' | 'logShape'> {
  silent: number
  offline: number
  logShape: LogShape | 'mixed'
}

export const GOOD: FleetBehaviour = {
  ...{ noRows: 0, errors: 0, crashes: 0, duplicates: 0, malformed: 0, delayMs: [0, 0] },
  ...{ silent: 0, offline: 0, rows: undefined, logShape: 'configured' },
}

/** What one host of the fleet is like. */
export function behaviourOf(fleet: FleetBehaviour, random: Random): Behaviour {
  return {
    ...fleet,
    silent: random.chance(fleet.silent),
    offline: random.chance(fleet.offline),
    logShape: fleet.logShape === 'mixed' ? random.pick(LOG_SHAPES) : fleet.logShape,
  }
}
