/** Another server of event streams, to be measured in the same run. Each message is one line and one event. */
export interface Peer {
  url: string
  path: string
  /** Resolves when it has taken all. */
  publish(messages: string[]): Promise<void>
  stop(): Promise<void>
}
