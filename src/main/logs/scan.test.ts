/** Views over stored lines: filters, merging, matches, levels; and the thread that does it, without one. */
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { LOG_LEVELS } from '@shared/docker/log-levels'
import { FacetCounter, MOST_BUCKETS } from './facets'
import { levelOf } from './level'
import { LineStore } from './line-store'
import { compileQuery } from './query'
import { ScanHost } from './scan-host'
import { Scanner, type ScanThread } from './scanner'
import { HIT, LINE, SOURCE, ViewScan, type ScanPlan } from './view-scan'

const limits = { maxBytes: 64 * 1024 * 1024, maxLines: 1_000_000 }
interface Written {
  readonly text: string
  readonly sec: number
  readonly stderr?: boolean
}
function add(store: LineStore, { text, sec, stderr = false }: Written): void {
  const bytes = Buffer.from(text)
  store.append({ stream: stderr ? 2 : 1, sec, nano: 0, bytes, start: 0, end: bytes.length, ended: true })
}
function storeOf(lines: readonly Written[]): LineStore {
  const store = new LineStore(limits)
  for (const line of lines) add(store, line)
  return store
}
const plan = (over: Partial<ScanPlan> = {}): ScanPlan => ({
  rows: true,
  stdout: true,
  stderr: true,
  levels: null,
  since: null,
  until: null,
  query: null,
  onlyMatches: false,
  facets: false,
  from: [0],
  ...over
})
const query = (text: string, regex = false, caseSensitive = false) => ({ text, regex, caseSensitive })
const finish = (scan: ViewScan): ViewScan => {
  while (scan.step());
  return scan
}
const rowsOf = ({ rows }: ViewScan): [number, number][] =>
  Array.from({ length: rows.end - rows.start }, (_, n) => [
    rows.at(SOURCE, rows.start + n),
    rows.at(LINE, rows.start + n)
  ])
const matchesOf = ({ matches }: ViewScan): number[] =>
  Array.from({ length: matches.end - matches.start }, (_, n) => matches.at(0, matches.start + n))

describe('a view', () => {
  const lines = [
    { text: 'alpha', sec: 1 },
    { text: 'Beta ERROR', sec: 2, stderr: true },
    { text: '\u001b[31mer\u001b[0mror', sec: 3 },
    { text: 'delta', sec: 4, stderr: true }
  ]

  it('finds what is seen, not what is written', () => {
    const scan = finish(new ViewScan(plan({ rows: false, query: query('error') }), [storeOf(lines)]))
    expect(matchesOf(scan)).toEqual([1, 2])
    expect(
      matchesOf(
        finish(new ViewScan(plan({ rows: false, query: query('ERROR', false, true) }), [storeOf(lines)]))
      )
    ).toEqual([1])
    expect(
      matchesOf(finish(new ViewScan(plan({ rows: false, query: query('^(al|de)', true) }), [storeOf(lines)])))
    ).toEqual([0, 3])
  })

  it('filters by stream, time and query', () => {
    const view = (over: Partial<ScanPlan>) =>
      rowsOf(finish(new ViewScan(plan(over), [storeOf(lines)]))).map(([, line]) => line)
    expect(view({ stdout: false })).toEqual([1, 3])
    expect(view({ since: 2000, until: 3000 })).toEqual([1, 2])
    expect(view({ query: query('ta'), onlyMatches: true })).toEqual([1, 3])
    expect(view({ from: [2] })).toEqual([2, 3])
  })

  it('refuses what is no regular expression with a sentence', () => {
    expect(() => compileQuery(query('(', true))).toThrow('not a regular expression')
    expect(compileQuery(query('a\\-b', true)).test('a-b')).toBe(true)
    expect(compileQuery(query('a*', true)).ranges('baab', 10)).toEqual([1, 3])
  })

  it('merges containers by time, however late their lines come, and keeps the order of each', () => {
    const written = fc.array(fc.record({ source: fc.nat(2), sec: fc.nat(20), hit: fc.boolean() }), {
      maxLength: 60
    })
    fc.assert(
      fc.property(written, fc.array(fc.boolean(), { maxLength: 60 }), (events, steps) => {
        const stores = [0, 1, 2].map(() => new LineStore(limits))
        const scan = new ViewScan(plan({ from: [0, 0, 0], query: query('hit') }), stores)
        const before = new Map<number, string>()
        events.forEach(({ source, sec, hit }, n) => {
          add(stores[source]!, { text: hit ? 'hit' : 'no', sec })
          if (steps[n] !== true) return
          finish(scan)
          rowsOf(scan).forEach((row, at) => {
            if (at < scan.changedFrom && before.has(at)) expect(row.join()).toBe(before.get(at))
            before.set(at, row.join())
          })
          scan.changedFrom = Infinity
        })
        finish(scan)
        const rows = rowsOf(scan)
        expect(rows).toHaveLength(events.length)
        for (const source of [0, 1, 2]) {
          const own = rows.filter(([one]) => one === source).map(([, line]) => line)
          expect(own).toEqual(own.map((_, n) => n))
        }
        // By time, where a line never comes before one its container wrote earlier.
        const latest = [0, 0, 0]
        const times = rows.map(
          ([source, line]) => (latest[source] = Math.max(latest[source]!, stores[source]!.timeMs(line)))
        )
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(matchesOf(scan)).toEqual(
          rows.flatMap(([source, line], row) => (stores[source]!.text(line) === 'hit' ? [row] : []))
        )
        rows.forEach((_, row) => expect(scan.rows.at(HIT, row)).toBe(Number(matchesOf(scan).includes(row))))
      })
    )
  })

  it('forgets rows whose lines were let go', () => {
    const store = new LineStore({ maxBytes: 1024 * 1024, maxLines: 1_000_000 })
    const scan = new ViewScan(plan({ query: query('x') }), [store])
    for (let n = 0; n < 5000; n += 1) {
      add(store, { text: 'x'.repeat(1000), sec: n })
      if (n % 500 === 0) finish(scan)
    }
    finish(scan)
    expect(store.firstLine).toBeGreaterThan(0)
    expect(scan.rows.at(LINE, scan.rows.start)).toBe(store.firstLine)
    expect(scan.matches.end - scan.matches.start).toBe(store.endLine - store.firstLine)
  })
})

describe('levels', () => {
  it.each([
    ['{"level":"info","msg":"x"}', 'info'],
    ['{"level":50}', 'error'],
    ['{"severity":"CRITICAL"}', 'fatal'],
    ['{"lvl":"Warning"}', 'warn'],
    ['{"log.level":"debug"}', 'debug'],
    ['{"msg":"no level"}', 'other'],
    ['{"level":"__proto__"}', 'other'],
    ['{"level":', 'none'],
    ['[1]', 'none'],
    ['level=info', 'none']
  ])('of %s is %s', (text, level) => {
    expect(LOG_LEVELS[levelOf(text)]).toBe(level)
  })

  it('are counted over time, in few buckets, and none is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ level: fc.nat(7), time: fc.integer({ min: 1, max: 2_000_000_000_000 }) }), {
          maxLength: 100
        }),
        (lines) => {
          const counter = new FacetCounter()
          for (const { level, time } of lines) counter.add(level, time)
          const { levels, counts, startMs, widthMs } = counter.facets
          expect(levels.reduce((a, b) => a + b, 0)).toBe(lines.length)
          expect(counts.length).toBeLessThanOrEqual(MOST_BUCKETS + 1)
          expect(counts.flat().reduce((a, b) => a + b, 0)).toBe(lines.length)
          for (const { level, time } of lines)
            expect(counts[Math.floor((time - startMs) / widthMs)]![level]).toBeGreaterThan(0)
        }
      )
    )
  })

  it('filter lines', () => {
    const store = storeOf(
      ['{"level":"info"}', '{"level":"error"}', 'plain'].map((text, sec) => ({ text, sec: sec + 1 }))
    )
    const scan = finish(
      new ViewScan(plan({ facets: true, levels: LOG_LEVELS.map((level) => level === 'error') }), [store])
    )
    expect(rowsOf(scan)).toEqual([[0, 1]])
    expect(scan.facets?.levels[LOG_LEVELS.indexOf('info')]).toBe(1)
  })
})

/** A thread that is none: messages are copied and delivered later, as a real one does. */
function fakeThread(): ScanThread & { ended: boolean; hang: boolean } {
  let listener: (message: never) => void = () => undefined
  const host = new ScanHost((message) =>
    setImmediate(() => thread.ended || thread.hang || listener(message as never))
  )
  const thread = {
    ended: false,
    hang: false,
    post: (message: Parameters<ScanThread['post']>[0]) => {
      if (!thread.hang) setImmediate(() => thread.ended || host.receive(message))
    },
    onMessage: (to: never) => (listener = to),
    onFailure: () => undefined,
    end: () => (thread.ended = true)
  }
  return thread
}

describe('the scanning thread', () => {
  it('is started with the first view, follows what is written, and ends with the last view', async () => {
    const thread = fakeThread()
    const scanner = new Scanner(() => thread)
    const store = storeOf([{ text: 'one', sec: 1 }])
    const changed = vi.fn()
    const scan = scanner.open([store], plan({ query: query('one') }), changed)
    await vi.waitFor(() => expect(scan.state.done).toBe(true))
    expect(scan.state.matches.end).toBe(1)
    for (let n = 0; n < 5000; n += 1) add(store, { text: n % 2 === 0 ? 'one' : 'two', sec: 2 })
    scanner.grew(store)
    await vi.waitFor(() => expect(scan.state.matches.end).toBe(2501))
    expect(scan.state.rows.at(LINE, 5000)).toBe(5000)
    expect(await scan.ranges(['a one one'])).toEqual([[2, 5, 6, 9]])
    scan.close()
    expect([scanner.running, thread.ended, store.onShare]).toEqual([false, true, null])
  })

  it('says that a pattern is none', async () => {
    const scanner = new Scanner(fakeThread)
    const scan = scanner.open([storeOf([])], plan({ query: query('(', true) }), () => undefined)
    await vi.waitFor(() => expect(scan.state.error?.message).toContain('not a regular expression'))
    scan.close()
  })

  it('is ended and started anew when a view keeps it from answering, which fails; the others go on', async () => {
    const threads: ReturnType<typeof fakeThread>[] = []
    let current: Int32Array | null = null
    const scanner = new Scanner(() => {
      const thread = fakeThread()
      const post = thread.post.bind(thread)
      thread.post = (message) => {
        if (message.type === 'begin') current = new Int32Array(message.current)
        if (message.type === 'open' && message.plan.query?.text === '(a+)+$') {
          thread.hang = true
          current![0] = message.view
        }
        post(message)
      }
      threads.push(thread)
      return thread
    }, 50)
    const store = storeOf([{ text: 'one', sec: 1 }])
    const good = scanner.open([store], plan({ query: query('one') }), () => undefined)
    await vi.waitFor(() => expect(good.state.done).toBe(true))
    const bad = scanner.open([store], plan({ query: query('(a+)+$', true) }), () => undefined)
    await vi.waitFor(() => expect(bad.state.error?.message).toContain('takes too long'))
    expect(threads.map(({ ended }) => ended)).toEqual([true, false])
    add(store, { text: 'one', sec: 2 })
    scanner.grew(store)
    await vi.waitFor(() => expect(good.state.matches.end).toBe(2))
    bad.close()
    good.close()
    expect(scanner.running).toBe(false)
  })
})
