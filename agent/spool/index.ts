export type { Chunk, Segment } from './segment'
export { Spool, type SpoolSettings } from './spool'
