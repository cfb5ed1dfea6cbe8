const COMPOSITE = /^[a-f0-9]{8}~/

/** How far each topic was delivered, from the ids of whatever transport. */
export class Resume {
  /** What the last connection would be resumed by over SSE or polling; empty when there is no such id. */
  id: string
  private readonly positions = new Map<string, string>()

  constructor(first: string) {
    this.id = first
  }

  /** An id for all topics together, in the order in which they were asked for. */
  see(id: string, topics: readonly string[]) {
    if (id === '') return
    this.id = id
    const places = COMPOSITE.test(id) ? id.split('~').slice(1) : [id]
    if (places.length !== topics.length) return
    for (const [at, topic] of topics.entries()) this.positions.set(topic, places[at] ?? '')
  }

  /** An id of one topic among several, as WebSocket frames carry it: there is none for all together then. */
  seeTopic(id: string, topic: string, topics: readonly string[]) {
    if (id === '') return
    this.positions.set(topic, id)
    this.id = topics.length === 1 ? id : ''
  }

  of(topic: string): string | undefined {
    return this.positions.get(topic)
  }

  /** Another set of topics: an id of the old set says nothing about it, what is known per topic stays. */
  change(topics: readonly string[]) {
    this.id = topics.length === 1 && topics[0] !== undefined ? (this.positions.get(topics[0]) ?? '') : ''
    for (const topic of this.positions.keys()) if (!topics.includes(topic)) this.positions.delete(topic)
  }
}
