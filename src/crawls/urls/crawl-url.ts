/** A URL as crawls know it. */
export interface CrawlUrl {
  /** What is fetched: as linked, without a fragment and credentials. */
  readonly href: string
  /** A 64-bit hash of the canonical form, as a decimal number: URLs that differ in nothing that matters share it. */
  readonly key: string
  /** What politeness counts by: the host name, with the port unless it is that of http or https. */
  readonly host: string
}
