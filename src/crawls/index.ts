export { type CrawlsArea, createCrawls } from './area'
export * as crawlKinds from './kinds'
export * from './kinds'
export { type RunCrawlDeps, runCrawl } from './run/run-crawl'
