import { AsyncLocalStorage } from 'node:async_hooks'
import perfHooks, { PerformanceObserver } from 'node:perf_hooks'
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node'
import { compileModulesOnce } from './compile-once'

compileModulesOnce()

/**
 * Ends what would outlive a test file in Node itself. A worker of Jest runs hundreds of files in one process: each
 * storage slows down every promise of all later ones, and each observer keeps the modules of its file in memory.
 */
export default class TestEnvironment extends NodeEnvironment {
  private readonly ends: (() => void)[] = []

  override async setup() {
    await super.setup()
    this.follow(AsyncLocalStorage.prototype, 'run', storage => storage.disable())
    this.follow(AsyncLocalStorage.prototype, 'enterWith', storage => storage.disable())
    // prom-client observes until its process ends
    this.follow(PerformanceObserver.prototype, 'observe', observer => observer.disconnect())
    this.followEventLoop()
  }

  override async teardown() {
    for (const end of this.ends.reverse()) end()
    await super.teardown()
  }

  /** Remembers all objects whose method is called. @param end called with each of them in the end */
  private follow<T extends object>(prototype: T, method: keyof T, end: (used: T) => void) {
    const original = prototype[method] as (...args: unknown[]) => unknown
    const used = new Set<T>()
    const replacement = function (this: T, ...args: unknown[]) {
      used.add(this)
      return original.apply(this, args)
    }
    Object.assign(prototype, { [method]: replacement })
    this.ends.push(() => {
      Object.assign(prototype, { [method]: original })
      for (const each of used) end(each)
    })
  }

  private followEventLoop() {
    const { monitorEventLoopDelay } = perfHooks
    const replacement: typeof monitorEventLoopDelay = options => {
      const histogram = monitorEventLoopDelay(options)
      this.ends.push(() => histogram.disable())
      return histogram
    }
    Object.assign(perfHooks, { monitorEventLoopDelay: replacement })
    this.ends.push(() => Object.assign(perfHooks, { monitorEventLoopDelay }))
  }
}
