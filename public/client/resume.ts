const COMPOSITE = /^(?:[a-f0-9]{8})?~/

/** How far each topic has been delivered, by event id, whatever the transport. */
export class ResumePosition {
  /** The id with which the next connection resumes; empty if no position is known. */
  id: string
  private readonly positions = new Map<string, string>()

  constructor(first: string, topics: readonly string[]) {
    this.id = first
    this.update(first, topics)
  }

  /** Takes an id that covers all topics, in the order of the request. */
  update(id: string, topics: readonly string[]) {
    if (id === '') return
    this.id = id
    const positions = COMPOSITE.test(id) ? id.split('~').slice(1) : [id]
    if (positions.length !== topics.length) return
    for (const [at, topic] of topics.entries()) this.positions.set(topic, positions[at] ?? '')
  }

  /** Takes an id of one topic among several, as in WebSocket frames. */
  updateTopic(id: string, topic: string, topics: readonly string[]) {
    if (id === '') return
    this.positions.set(topic, id)
    this.id = this.idFor(topics)
  }

  positionOf(topic: string): string | undefined {
    return this.positions.get(topic)
  }

  /** Changes the set of topics; those that stay keep their position. */
  setTopics(topics: readonly string[]) {
    for (const topic of this.positions.keys()) if (!topics.includes(topic)) this.positions.delete(topic)
    this.id = this.idFor(topics)
  }

  /** A composite id without the server's prefix; new topics have an empty position. */
  private idFor(topics: readonly string[]): string {
    const positions = topics.map(topic => this.positions.get(topic) ?? '')
    if (positions.every(place => place === '')) return ''
    return positions.length === 1 ? (positions[0] ?? '') : `~${positions.join('~')}`
  }
}
