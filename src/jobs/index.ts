export { type DepsOf, type Handler, handle } from './handler'
export { type AnyKind, defineKind, type Kind, type KindOptions } from './kinds'
export { QUEUE_NAMES, type QueueName } from './queues'
export { JobFailure, type LineFacts, type LogLine, type OnFailure, type Run, type SpawnOptions } from './run'
