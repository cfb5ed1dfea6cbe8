export { EngineClient } from './client'
export type {
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
export { EngineError } from './engine'
export { findSocket } from './find-socket'
