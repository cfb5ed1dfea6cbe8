export type { Effect, Entry, NewEntry, Topic, TopicEntries, Writer } from './entry'
export type { Family } from './families'
