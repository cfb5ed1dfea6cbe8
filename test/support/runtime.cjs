const { default: Runtime } = require('jest-runtime')

/** Jest clears it after each test file. */
class Kept extends Map {
  /** @override */
  clear() {}
}

/** Of all test files that a process runs: no source changes during a run. */
const sources = new Kept()
const transformed = new Map()

/**
 * Reads and transforms each module once per process. By itself Jest does so, at best from its cache on disk, for each
 * test file that loads it, which takes a quarter of the time before the first test.
 */
module.exports = class extends Runtime {
  constructor(config, environment, resolver, transformer, _sources, ...more) {
    super(config, environment, resolver, transformOnce(transformer), sources, ...more)
  }
}

function transformOnce(transformer) {
  const transform = transformer.transform.bind(transformer)
  return Object.assign(transformer, {
    transform(file, options, source) {
      if (options.supportsStaticESM) return transform(file, options, source)
      const result = transformed.get(file) ?? transform(file, options, source)
      transformed.set(file, result)
      return result
    },
  })
}
