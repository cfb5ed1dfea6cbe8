import perfHooks, { PerformanceObserver } from 'node:perf_hooks'

/**
 * prom-client watches the event loop and garbage collections until its process ends. A worker of Jest runs many files,
 * and each observer keeps the modules of its file in memory: after an hour, that is gigabytes.
 */
const { observe } = PerformanceObserver.prototype
const { monitorEventLoopDelay } = perfHooks
const ends: (() => void)[] = []

PerformanceObserver.prototype.observe = function (options) {
  ends.push(() => this.disconnect())
  observe.call(this, options)
}

Object.assign(perfHooks, {
  monitorEventLoopDelay(options?: Parameters<typeof monitorEventLoopDelay>[0]) {
    const histogram = monitorEventLoopDelay(options)
    ends.push(() => histogram.disable())
    return histogram
  },
})

afterAll(() => {
  for (const end of ends) end()
  PerformanceObserver.prototype.observe = observe
  Object.assign(perfHooks, { monitorEventLoopDelay })
})
