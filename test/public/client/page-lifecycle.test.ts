import { type PageLifecycle, watchPageLifecycle } from '../../../public/client/page-lifecycle'

/** The parts of a document that are used. test/browser/tabs.test.ts tests real browsers. */
class FakeDocument extends EventTarget {
  hidden = false
}

let page: FakeDocument
let global: EventTarget
let lifecycle: PageLifecycle
let changes: boolean[]

const start = (hidden = false) => {
  page.hidden = hidden
  lifecycle = watchPageLifecycle(() => changes.push(lifecycle.isInactive))
}
const setHidden = (hidden: boolean) => {
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

it('is away after a minute in the background, and back at once', () => {
  start()
  setHidden(true)
  jest.advanceTimersByTime(59_000)
  expect(changes).toEqual([])
  jest.advanceTimersByTime(1_000)
  expect(changes).toEqual([true])
  setHidden(false)
  expect(changes).toEqual([true, false])
})

it('is not away while it is hidden only briefly', () => {
  start()
  for (let turns = 0; turns < 10; turns++) {
    setHidden(true)
    jest.advanceTimersByTime(30_000)
    setHidden(false)
    jest.advanceTimersByTime(30_000)
  }
  expect(changes).toEqual([])
})

it('is away a minute after it was opened in the background', () => {
  start(true)
  jest.advanceTimersByTime(60_000)
  expect(changes).toEqual([true])
})

it('is away at once when it is frozen or left, and back when it is shown', () => {
  start()
  page.dispatchEvent(new Event('freeze'))
  page.dispatchEvent(new Event('resume'))
  global.dispatchEvent(new Event('pagehide'))
  global.dispatchEvent(new Event('pageshow'))
  expect(changes).toEqual([true, false, true, false])
})

it('reports nothing after it was stopped', () => {
  start()
  setHidden(true)
  lifecycle.stop()
  jest.advanceTimersByTime(60_000)
  setHidden(false)
  expect(changes).toEqual([])
})
