import * as client from './index'

export * from './index'

/** For pages without modules of their own, and for the console. */
Object.assign(globalThis, { Tailrace: client })
