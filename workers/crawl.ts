import { crawlKind, type RunCrawlDeps, runCrawl } from '../src/crawls'
import { handle } from '../src/jobs'

export default handle(crawlKind, (run, input, { crawls }: { crawls: RunCrawlDeps }) => runCrawl(run, input, crawls))
