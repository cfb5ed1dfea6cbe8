import { measures } from './measures'
import { answer } from './questions'

/** Preloaded into the program under test (`node --require`) to measure it from inside. */
export type Probe = typeof measures

answer(measures)
// must not keep the program under test running
process.channel?.unref()
