/** What happened so far. */
export class Tally {
  enrolled = 0
  connected = 0
  cuts = 0
  notes = 0
  lastNote = ''

  connection(isConnected: boolean): void {
    this.connected += isConnected ? 1 : -1
  }

  said(text: string): void {
    this.notes++
    this.lastNote = text
  }
}
