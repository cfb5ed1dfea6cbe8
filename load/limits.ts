/**
 * Limits that must hold on any machine, however slow, so none of them is a time. Performance targets are separate (`AIMS`):
 * they are printed with the results but not enforced.
 */
export const LIMITS = {
  /** Lines that a viewer missed, saw twice or saw out of order. */
  faults: 0,
  /** Frames encoded per window, however many viewers share a filter. */
  encodesPerFrame: 1,
  /** The load test of CI. */
  small: { viewers: 100, lines: 1_000, timeoutSeconds: 120 },
  reconnects: { viewers: 20, lines: 100_000, kills: 200, timeoutSeconds: 300 },
}

/** Performance targets. */
export const AIMS = {
  appendShare: 0.8,
  fanoutTimesNchan: 10,
  /** At equal framing: nchan given our frames as messages. */
  fanoutTimesNchanFramed: 0.5,
  idleHeapKib: 8,
  idleCorePercent: 5,
  idleLatencyMsP50: 20,
  /** In addition to the window. */
  loadedLatencyMsP99: 50,
  /** From the request for a stream to its first lines, in a topic of 200,000. */
  joinMsP99: 50,
  jobsShare: 0.5,
  /** Live queries, from the request that creates one. */
  fleetFirstMsP95: 1_000,
  fleetAllMs: 2_000,
  fleetThousandMs: 5_000,
  fleetWriteToViewerMsP99: 100,
  fleetFramesPerSecond: 7,
  /** New alerts accepted per second, of what Alertmanager takes into memory. */
  alertsShare: 0.5,
  /** Of 1,000 monitors every 10 s: from the start of the process until all have been checked. */
  monitorsAllCheckedMs: 15_000,
  monitorsLagMsP99: 1_000,
  /** Pages per second of a crawl, beside the faster of Crawlee and Scrapy. */
  crawlTimesTheFaster: 1.5,
  /** From a sample or line on its machine to a viewer. */
  agentSampleMsP95: 1_000,
  agentLineMsP99: 300,
  agentChartMsP95: 100,
  /** Of a core, and of memory, for an agent that watches 50 containers. */
  agentCpuPercentMax: 3,
  agentRssMbMax: 80,
  /** Of what is new, while agents send what they kept. */
  agentLiveMsMax: 2_000,
}
