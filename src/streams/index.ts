export type { Bus } from './bus'
export type { Effect, Entry, NewEntry, Topic, TopicEntries, Writer } from './entry'
export type { Family } from './families'
export { createStreams, type Streams, type StreamsDeps } from './streams'
