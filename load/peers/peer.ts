/** Another event stream server, measured in the same run. Each message is one line and one event. */
export interface Peer {
  url: string
  path: string
  /** Resolves once it has accepted all messages. */
  publish(messages: string[]): Promise<void>
  stop(): Promise<void>
}
