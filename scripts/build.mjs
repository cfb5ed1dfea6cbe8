import { mustBuild } from './bundle.mjs'
import { ensurePackages } from './packages.mjs'
import { requireNode, say } from './root.mjs'

requireNode()
await ensurePackages()
const started = performance.now()
say((await mustBuild()) ? `Built dist in ${Math.round(performance.now() - started)} ms.` : 'dist is up to date.')
