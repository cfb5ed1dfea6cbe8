import Sequencer from '@jest/test-sequencer'

/** Folders whose files take longest, the longest first. */
const SLOW = ['browser', 'embedded', 'setup', 'system', 'cli', 'deploy', 'load']

/**
 * Begins with the slow files, so that no process of Jest is left alone with one in the end. Jest does so itself once it
 * has timed a run; before, as on a fresh clone, it only knows how large the files are.
 */
export default class SlowFirst extends Sequencer {
  /** @override */
  sort(tests) {
    const rank = ({ path, context, duration }) => {
      if (duration !== undefined) return SLOW.length
      const [, folder = ''] = path.slice(context.config.rootDir.length + 1).split(/[\\/]/)
      const at = SLOW.indexOf(folder)
      return at === -1 ? SLOW.length : at
    }
    return super.sort(tests).sort((a, b) => rank(a) - rank(b))
  }
}
