import { Refusal } from '../../../src/alerts/alertmanager/answer'
import { parseJson } from '../../../src/alerts/alertmanager/json-body'
import { parsePostableAlerts } from '../../../src/alerts/alertmanager/postable-alerts'
import { parsePostableSilence } from '../../../src/alerts/alertmanager/postable-silence'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const alerts = (text: string) => parsePostableAlerts(parseJson('alerts', text), NOW)
const silence = (text: string) => parsePostableSilence(parseJson('silence', text))

function refusalOf(parse: () => unknown): [number, unknown] {
  try {
    parse()
  } catch (error) {
    if (error instanceof Refusal) return [error.answer.status, JSON.parse(error.answer.text ?? '')]
    throw error
  }
  throw new Error('It was not refused')
}

const unreadable = (name: string, because: string) => [
  400,
  { code: 400, message: `parsing ${name} body from "" failed, because ${because}` },
]

describe('alerts', () => {
  // what Debian's 0.25.0 answers, byte for byte
  test.each([
    ['', [422, { code: 602, message: 'alerts in body is required' }]],
    ['{}', unreadable('alerts', 'json: cannot unmarshal object into Go value of type models.PostableAlerts')],
    ['"x"', unreadable('alerts', 'json: cannot unmarshal string into Go value of type models.PostableAlerts')],
    ['5', unreadable('alerts', 'json: cannot unmarshal number into Go value of type models.PostableAlerts')],
    [
      '[{"labels":{"a":1}}]',
      unreadable('alerts', 'json: cannot unmarshal number into Go struct field Alert.labels of type string'),
    ],
    [
      '[{"labels":{"a":"1"},"annotations":{"a":5}}]',
      unreadable('alerts', 'json: cannot unmarshal number into Go struct field .annotations of type string'),
    ],
    [
      '[{"labels":{"a":"1"},"startsAt":5}]',
      unreadable('alerts', 'json: cannot unmarshal number into Go struct field .startsAt of type string'),
    ],
    [
      '[{"labels":{"a":"1"},"startsAt":"foo"}]',
      unreadable('alerts', 'parsing time "foo" as "2006-01-02 15:04:05": cannot parse "foo" as "2006"'),
    ],
    [
      '[{"labels":{"a":"1"},"generatorURL":5}]',
      unreadable('alerts', 'json: cannot unmarshal number into Go struct field Alert.generatorURL of type string'),
    ],
    [
      '[{"labels":{"a":"1"},"generatorURL":"foo"}]',
      [422, { code: 601, message: '0.generatorURL in body must be of type uri: "foo"' }],
    ],
    ['[{}]', [422, { code: 602, message: '0.labels in body is required' }]],
    ['[{"labels":{"a":"1"}},{"labels":null}]', [422, { code: 602, message: '1.labels in body is required' }]],
    ['[null]', [422, { code: 602, message: '0.labels in body is required' }]],
  ])('%s is refused whole', (text, answer) => expect(refusalOf(() => alerts(text))).toEqual(answer))

  test('what is no JSON is refused with the reason of the parser', () =>
    expect(refusalOf(() => alerts('[{]'))).toEqual([
      400,
      { code: 400, message: expect.stringMatching(/^parsing alerts body from "" failed, because ./) },
    ]))

  test.each([
    ['[{"labels":{}}]', 'at least one label pair required'],
    ['[{"labels":{"a":null}}]', 'at least one label pair required'],
    ['[{"labels":{"1bad":""}}]', 'at least one label pair required'],
    ['[{"labels":{"1bad":"x"}}]', 'invalid label set: invalid name "1bad"'],
    ['[{"labels":{"":"x"}}]', 'invalid label set: invalid name ""'],
    ['[{"labels":{"ok":"x"},"annotations":{"1bad":"x"}}]', 'invalid annotations: invalid name "1bad"'],
    [
      '[{"labels":{"ok":"x"},"startsAt":"2030-01-02T00:00:00Z","endsAt":"2030-01-01T00:00:00Z"}]',
      'start time must be before end time',
    ],
    ['[{"labels":{"ok":"x"},"startsAt":"2026-11-29T13:00:00Z"}]', 'start time must be before end time'],
    ['[{"labels":{"a":"\\ud800"}}]', 'invalid label set: invalid value "\\ud800"'],
  ])('%s: the others are stored', (text, fault) => {
    const [first] = JSON.parse(text)
    const parsed = parsePostableAlerts([first, { labels: { alertname: 'good' } }], NOW)
    expect(parsed.faults).toEqual([fault])
    expect(parsed.alerts.map(({ labels }) => labels)).toEqual([{ alertname: 'good' }])
  })

  test('nothing is nothing', () => {
    expect(alerts('null')).toEqual({ alerts: [], faults: [] })
    expect(alerts('[]')).toEqual({ alerts: [], faults: [] })
  })

  test('empty labels are none, names are sorted by bytes, and unknown keys do not matter', () => {
    const [alert] = alerts('[{"labels":{"🙂":"2","～":"1","b.c":"x","a":""},"status":{},"x":1}]').alerts
    expect(Object.entries(alert?.labels ?? {})).toEqual([
      ['b.c', 'x'],
      ['～', '1'],
      ['🙂', '2'],
    ])
  })

  test.each([
    ['0001-01-01T00:00:00.000Z', null],
    ['', null],
    ['2026-11-29T10:00:00.123456789+02:00', Date.parse('2026-11-29T08:00:00.123Z')],
    ['2026-11-29T10:00:00Z', Date.parse('2026-11-29T10:00:00Z')],
  ])('the time %p', (startsAt, ms) => {
    const text = JSON.stringify([{ labels: { a: '1' }, startsAt, endsAt: null }])
    expect(alerts(text).alerts[0]).toMatchObject({ startsAt: ms, endsAt: null })
  })

  test('only links to web pages are kept', () => {
    const urls = ['http://p/graph?a=1', 'javascript:alert(1)', '/graph', '']
    const parsed = parsePostableAlerts(urls.map(generatorURL => ({ labels: { a: '1' }, generatorURL })))
    expect(parsed.alerts.map(({ generatorUrl }) => generatorUrl)).toEqual(['http://p/graph?a=1', null, null, null])
  })

  test('names that objects have by themselves are names like any other', () => {
    const [alert] = alerts('[{"labels":{"__proto__":"x","constructor":"y","b":""}}]').alerts
    expect(Object.entries(alert?.labels ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})

describe('silences', () => {
  const matchers = [{ name: 'a', value: 'b', isRegex: false }]
  const good = {
    matchers,
    startsAt: '2026-11-29T10:00:00Z',
    endsAt: '2030-01-01T00:00:00.123Z',
    createdBy: '',
    comment: '',
  }
  const without = (name: keyof typeof good) => ({ ...good, [name]: undefined })
  const withMatcher = (matcher: object) => ({ ...good, matchers: [matcher] })

  test.each([
    ['nothing', '', [422, { code: 602, message: 'silence in body is required' }]],
    ['null', 'null', [422, { code: 602, message: 'comment in body is required' }]],
    ['{}', {}, [422, { code: 602, message: 'comment in body is required' }]],
    [
      'a list',
      [],
      unreadable(
        'silence',
        'json: cannot unmarshal array into Go value of type struct { ID string "json:\\"id,omitempty\\"" }',
      ),
    ],
    ['no creator', without('createdBy'), [422, { code: 602, message: 'createdBy in body is required' }]],
    ['no end', without('endsAt'), [422, { code: 602, message: 'endsAt in body is required' }]],
    ['no start', without('startsAt'), [422, { code: 602, message: 'startsAt in body is required' }]],
    ['no matchers', without('matchers'), [422, { code: 602, message: 'matchers in body is required' }]],
    ['matchers null', { ...good, matchers: null }, [422, { code: 602, message: 'matchers in body is required' }]],
    [
      'an empty list',
      { ...good, matchers: [] },
      [422, { code: 612, message: 'matchers in body should have at least 1 items' }],
    ],
    [
      'no isRegex',
      withMatcher({ name: 'a', value: 'b' }),
      [422, { code: 602, message: 'matchers.0.isRegex in body is required' }],
    ],
    [
      'no name',
      withMatcher({ value: 'b', isRegex: true }),
      [422, { code: 602, message: 'matchers.0.name in body is required' }],
    ],
    [
      'no value',
      withMatcher({ name: 'a', isRegex: true }),
      [422, { code: 602, message: 'matchers.0.value in body is required' }],
    ],
    [
      'matcher null',
      { ...good, matchers: [null] },
      [422, { code: 602, message: 'matchers.0.isRegex in body is required' }],
    ],
    [
      'matchers 5',
      { ...good, matchers: 5 },
      unreadable(
        'silence',
        'json: cannot unmarshal number into Go struct field Silence.matchers of type models.Matchers',
      ),
    ],
    [
      'value 5',
      withMatcher({ name: 'a', value: 5, isRegex: true }),
      unreadable('silence', 'json: cannot unmarshal number into Go struct field Matcher.matchers.value of type string'),
    ],
    [
      'isRegex text',
      withMatcher({ name: 'a', value: 'x', isRegex: 'true' }),
      unreadable('silence', 'json: cannot unmarshal string into Go struct field Matcher.matchers.isRegex of type bool'),
    ],
    [
      'id 5',
      { ...good, id: 5 },
      unreadable('silence', 'json: cannot unmarshal number into Go struct field .id of type string'),
    ],
    [
      'a bad time',
      { ...good, startsAt: 'x' },
      unreadable('silence', 'parsing time "x" as "2006-01-02 15:04:05": cannot parse "x" as "2006"'),
    ],
  ])('%s', (_name, body, answer) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    expect(refusalOf(() => silence(text))).toEqual(answer)
  })

  test('empty texts are given texts, isEqual defaults to true, and year 1 is no time', () => {
    const body = {
      ...good,
      startsAt: '0001-01-01T00:00:00Z',
      matchers: [...matchers, { name: 'c', value: 'd|e', isRegex: true, isEqual: false }],
    }
    expect(silence(JSON.stringify(body))).toEqual({
      id: '',
      matchers: [
        { name: 'a', op: '=', value: 'b' },
        { name: 'c', op: '!~', value: 'd|e' },
      ],
      startsAt: null,
      endsAt: Date.parse('2030-01-01T00:00:00.123Z'),
      createdBy: '',
      comment: '',
      annotations: {},
    })
  })
})
