export type { Line } from './lines'
export { Positions } from './positions'
export { LogReaders } from './readers'
