import { measures } from './measures'
import { answer } from './questions'

/** Loaded into a program under test before its own first line (`node --require`), to measure it from inside. */
export type Probe = typeof measures

answer(measures)
// the program under test is to end by itself
process.channel?.unref()
