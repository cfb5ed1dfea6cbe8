export type { Jobs } from './actions/jobs'
export { type BulkResult, possibleFilter } from './builtins/bulk-action'
export type { DemoInput, DemoStep } from './builtins/demo'
export * from './builtins/kinds'
export * as builtinKinds from './builtins/kinds'
export { createJobs, type JobsDeps, type JobsPlatform } from './create'
export type { FailedKind, FailureLimit } from './history/recent-failure-store'
export { linksOf } from './history/resource'
export { type DepsOf, type Handler, handle } from './kinds/handler'
export { type AnyKind, defineKind, type Kind, type KindOptions } from './kinds/kind'
export {
  JobFailure,
  type LineFacts,
  type LogLine,
  type OnFailure,
  type Run,
  RunLater,
  type SpawnOptions,
} from './kinds/run'
export type { EnqueueRequest } from './lifecycle/enqueue'
export type { StatsSource } from './queues/tenant-stats'
export type { Schedules } from './schedules/schedules'
export { checkTiming, nextDue, nextTimes, type StoredTiming, type Timing } from './timing/timing'
export { wordsOf } from './timing/words'
export { changeBetween, isTimeZone, offsetAt } from './timing/zone'
