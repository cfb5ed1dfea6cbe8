/** What a fleet has done so far. */
export class Tally {
  /** Hosts that have a node key now. */
  enrolled = 0
  /** Times a node key was given out. */
  enrolments = 0
  /** Reads that wait for their answer now. */
  heldReads = 0
  reads = 0
  /** Queries taken. */
  taken = 0
  /** Queries whose answer was accepted. */
  answered = 0
  rows = 0
  /** Queries taken by those who never answer. */
  ignored = 0
  crashes = 0
  denylisted = 0
  /** Log lines accepted. */
  logLines = 0
  carves = 0
  requests = 0
  /** Sent again, because the connection broke. */
  resends = 0
  /** Requests that were not answered, or with what the agent counts as a failure. */
  failures = 0
  /** Answers and lines thrown away because the server did not take them for too long. */
  dropped = 0
  /** Why the last request failed. */
  lastFailure = ''

  failed(why: string) {
    this.failures++
    this.lastFailure = why.slice(0, 300)
  }
}
