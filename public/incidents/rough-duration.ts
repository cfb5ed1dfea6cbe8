import { formatDuration } from '../../text/times'

/** A duration in whole seconds, or else minutes, so that a text does not change ten times a second. */
export const roughDuration = (ms: number): string =>
  ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1_000))} s` : formatDuration(Math.floor(ms / 60_000) * 60_000)
