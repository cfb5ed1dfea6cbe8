/** What the keys of all crawls begin with: they share a slot of a Cluster, because crawls share the clocks of hosts. */
export const keysOf = (prefix: string) => `{${prefix}:crawls}`
