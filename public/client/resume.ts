const COMPOSITE = /^(?:[a-f0-9]{8})?~/

/** How far each topic was delivered, from the ids of whatever transport. */
export class Resume {
  /** What the next connection is resumed by; empty when no topic's place is known. */
  id: string
  private readonly positions = new Map<string, string>()

  constructor(first: string, topics: readonly string[]) {
    this.id = first
    this.see(first, topics)
  }

  /** An id for all topics together, in the order in which they were asked for. */
  see(id: string, topics: readonly string[]) {
    if (id === '') return
    this.id = id
    const places = COMPOSITE.test(id) ? id.split('~').slice(1) : [id]
    if (places.length !== topics.length) return
    for (const [at, topic] of topics.entries()) this.positions.set(topic, places[at] ?? '')
  }

  /** An id of one topic among several, as WebSocket frames carry it. */
  seeTopic(id: string, topic: string, topics: readonly string[]) {
    if (id === '') return
    this.positions.set(topic, id)
    this.id = this.idFor(topics)
  }

  of(topic: string): string | undefined {
    return this.positions.get(topic)
  }

  /** Another set of topics: those that stay go on from where they are. */
  change(topics: readonly string[]) {
    for (const topic of this.positions.keys()) if (!topics.includes(topic)) this.positions.delete(topic)
    this.id = this.idFor(topics)
  }

  /** A composite id without the mark of the server; the place of a topic that is new is left empty. */
  private idFor(topics: readonly string[]): string {
    const places = topics.map(topic => this.positions.get(topic) ?? '')
    if (places.every(place => place === '')) return ''
    return places.length === 1 ? (places[0] ?? '') : `~${places.join('~')}`
  }
}
