import type { TestApp } from '../support/app'
import { streamApps } from '../support/streams'

type Env = Record<string, string>

export let parts: Awaited<ReturnType<typeof streamApps>>
export let app: TestApp
/** Another process on the same database and Redis. */
export let other: TestApp

/** Starts `app` and `other` before the tests of a file, and stops them after. */
export function useTwoApps(env: { app?: Env; other?: Env } = {}) {
  beforeAll(async () => {
    parts = await streamApps()
    app = await parts.start(env.app)
    other = await parts.start(env.other)
  })
  afterAll(() => parts.stop())
}
