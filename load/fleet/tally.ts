/** Counters of a fleet. */
export class Tally {
  /** Hosts that currently have a node key. */
  enrolled = 0
  /** Node keys issued so far. */
  enrolments = 0
  /** Reads currently waiting for a response. */
  heldReads = 0
  reads = 0
  /** Queries received. */
  taken = 0
  /** Queries whose answers were accepted. */
  answered = 0
  rows = 0
  /** Queries received by silent hosts. */
  ignored = 0
  crashes = 0
  denylisted = 0
  /** Log lines accepted. */
  logLines = 0
  carves = 0
  requests = 0
  /** Requests repeated because the connection broke. */
  resends = 0
  /** Requests without a response, or with one that the agent counts as a failure. */
  failures = 0
  /** Answers and lines dropped because the server did not accept them for too long. */
  dropped = 0
  /** Why the last request failed. */
  lastFailure = ''

  failed(why: string) {
    this.failures++
    this.lastFailure = why.slice(0, 300)
  }
}
