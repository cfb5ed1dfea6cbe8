export type { Chunk, Segment } from './segment'
export { Spool } from './spool'
