import * as client from './index'

export * from './index'

/** For pages that do not use modules, and for the console. */
Object.assign(globalThis, { Tailrace: client })
