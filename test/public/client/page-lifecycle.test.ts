import { type PageLifecycle, watchPageLifecycle } from '../../../public/client/page-lifecycle'

/** The little of a page that is looked at; what browsers really do is tried in test/browser/tabs.test.ts. */
class FakeDocument extends EventTarget {
  hidden = false
}

let page: FakeDocument
let global: EventTarget
let lifecycle: PageLifecycle
let changes: boolean[]

const begin = (hidden = false) => {
  page.hidden = hidden
  lifecycle = watchPageLifecycle(() => changes.push(lifecycle.isAway))
}
const turn = (hidden: boolean) => {
  page.hidden = hidden
  page.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  jest.useFakeTimers()
  page = new FakeDocument()
  global = new EventTarget()
  changes = []
  Object.assign(globalThis, {
    document: page,
    addEventListener: global.addEventListener.bind(global),
    removeEventListener: global.removeEventListener.bind(global),
  })
})
afterEach(() => {
  lifecycle.stop()
  jest.useRealTimers()
  for (const name of ['document', 'addEventListener', 'removeEventListener']) Reflect.deleteProperty(globalThis, name)
})

it('goes away after a minute out of sight, and comes back at once', () => {
  begin()
  turn(true)
  jest.advanceTimersByTime(59_000)
  expect(changes).toEqual([])
  jest.advanceTimersByTime(1_000)
  expect(changes).toEqual([true])
  turn(false)
  expect(changes).toEqual([true, false])
})

it('stays when it is out of sight for short times only', () => {
  begin()
  for (let turns = 0; turns < 10; turns++) {
    turn(true)
    jest.advanceTimersByTime(30_000)
    turn(false)
    jest.advanceTimersByTime(30_000)
  }
  expect(changes).toEqual([])
})

it('counts the minute of a page that is opened out of sight, too', () => {
  begin(true)
  jest.advanceTimersByTime(60_000)
  expect(changes).toEqual([true])
})

it('goes away at once when it is frozen or left, and comes back when it is shown', () => {
  begin()
  page.dispatchEvent(new Event('freeze'))
  page.dispatchEvent(new Event('resume'))
  global.dispatchEvent(new Event('pagehide'))
  global.dispatchEvent(new Event('pageshow'))
  expect(changes).toEqual([true, false, true, false])
})

it('says nothing after it was stopped', () => {
  begin()
  turn(true)
  lifecycle.stop()
  jest.advanceTimersByTime(60_000)
  turn(false)
  expect(changes).toEqual([])
})
