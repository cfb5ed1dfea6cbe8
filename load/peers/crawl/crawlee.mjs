// Run in a folder where @crawlee/cheerio is installed. Its last line of output is what it found and needed.
import { CheerioCrawler, Configuration, LogLevel, log } from '@crawlee/cheerio'

const [, , seed, concurrency] = process.argv
log.setLevel(LogLevel.ERROR)
const urls = []
let lastMs = 0
const crawler = new CheerioCrawler(
  {
    minConcurrency: Number(concurrency),
    maxConcurrency: Number(concurrency),
    async requestHandler({ request, enqueueLinks }) {
      urls.push(request.loadedUrl)
      await enqueueLinks({ selector: 'a[href]', strategy: 'same-hostname' })
      lastMs = performance.now()
    },
  },
  // in memory, which is faster than its files
  new Configuration({ persistStorage: false }),
)
const cpuBefore = process.cpuUsage()
const startedMs = performance.now()
await crawler.run([seed])
const { user, system } = process.cpuUsage(cpuBefore)
const rssBytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ urls, seconds: (lastMs - startedMs) / 1e3, cpuSeconds: (user + system) / 1e6, rssBytes }))
