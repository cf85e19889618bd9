/** What the page makes of a log: pieces of a line, columns of JSON, and the viewer as people and screen readers meet it. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import fc from 'fast-check'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LogRow, LogViewState } from '@shared/contract/logs'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import { columnKeys, jsonLine, restOf } from './log-json'
import { FIRST_OPTIONS, filterOf, keepOptions, keptOptions } from './log-options'
import { linksIn, segmentsOf } from './log-segments'
import LogViewer from './LogViewer.vue'

const row = (text: string, over: Partial<LogRow> = {}): LogRow => ({
  row: 0,
  source: 0,
  stream: 'stdout',
  time: '2026-01-02T03:04:05.000000006Z',
  text,
  spans: [],
  hits: [],
  matched: false,
  sizeBytes: text.length,
  cut: false,
  ...over
})

describe('a line', () => {
  it('is cut into colours, matches and links that are together its text', () => {
    const ranges = fc.array(fc.tuple(fc.nat(40), fc.nat(5)), { maxLength: 5 })
    const ordered = (pairs: readonly [number, number][]): { start: number; end: number }[] => {
      let at = 0
      return pairs.map(([gap, length]) => {
        const start = at + (gap % 7)
        at = start + length + 1
        return { start, end: at }
      })
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), ranges, ranges, (text, a, b) => {
        const spans = ordered(a).map((range) => ({ ...range, fg: '1' }))
        const hits = ordered(b).flatMap(({ start, end }) => [start, end])
        expect(
          segmentsOf(row(`${text} http://x.test/a.`, { spans, hits }))
            .map((one) => one.text)
            .join('')
        ).toBe(`${text} http://x.test/a.`)
      })
    )
  })

  it.each([
    ['see https://a.test/b?c=1, now', 'https://a.test/b?c=1'],
    ['(http://a.test/x)', 'http://a.test/x'],
    ['HTTP://A.test.', 'HTTP://A.test']
  ])('has the link of %j', (text, link) => {
    const [found] = linksIn(text)
    expect(text.slice(found!.start, found!.end)).toBe(link)
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'ftp://x', 'http://', 'no link'])(
    'has no link: %s',
    (text) => {
      expect(linksIn(text)).toEqual([])
    }
  )

  it('of JSON has a level, a message, and the rest', () => {
    const lines = [
      '{"level":30,"msg":"hi","path":"/","n":{"a":1},"time":5}',
      '{"severity":"ERROR","message":"no","path":"/x"}'
    ].map((text) => jsonLine(row(text))!)
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'hi'],
      ['error', 'no']
    ])
    expect(columnKeys(lines)).toEqual(['path'])
    expect(restOf(lines[0]!, ['path'])).toBe('n={"a":1}')
    expect(jsonLine(row('{"cut":', { cut: true }))).toBeNull()
    expect(jsonLine(row('plain'))).toBeNull()
  })

  it('is looked at as it was liked, whatever is stored', () => {
    const stored = new Map<string, string>()
    const storage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value)
    }
    keepOptions({ ...FIRST_OPTIONS, wrap: true, query: 'secret' }, storage)
    expect(keptOptions(storage)).toEqual({ ...FIRST_OPTIONS, wrap: true })
    for (const bad of ['{', 'null', '[]', '{"wrap":"yes","query":"x"}']) {
      stored.set('quayside.logs', bad)
      expect(keptOptions(storage)).toEqual(FIRST_OPTIONS)
    }
    expect(filterOf({ ...FIRST_OPTIONS, since: 'nonsense', onlyMatches: true })).toMatchObject({
      since: null,
      onlyMatches: false
    })
  })
})

const state = (over: Partial<LogViewState> = {}): LogViewState => ({
  view: 'v1',
  firstRow: 0,
  endRow: 1000,
  changedFrom: 0,
  matches: null,
  searching: false,
  problem: null,
  sources: [
    {
      id: 'a',
      name: 'web',
      state: 'following',
      message: null,
      hint: null,
      lines: 1000,
      dropped: 0,
      olderUnread: false
    }
  ],
  json: false,
  facets: null,
  cleared: false,
  ...over
})

describe('the viewer', () => {
  let viewer: VueWrapper | null = null
  afterEach(() => {
    viewer?.unmount()
    viewer = null
    useApi(null)
    localStorage.clear()
    vi.restoreAllMocks()
    document.body.replaceChildren()
  })

  async function open(first: LogViewState, text: (row: number) => string = (n) => `line ${n}`) {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(180)
    const streams: ReturnType<typeof fakeStream<LogViewState>>[] = []
    const watch = vi.fn<(params: unknown) => ReturnType<typeof fakeStream<LogViewState>>>(() => {
      const stream = fakeStream<LogViewState>([first])
      streams.push(stream)
      return stream
    })
    const read = vi.fn(({ from, to }: { from: number; to: number }) =>
      Promise.resolve(
        Array.from({ length: to - from }, (_, n) => row(text(from + n), { row: from + n, matched: true }))
      )
    )
    const match = vi.fn(() => Promise.resolve({ row: 995, ordinal: 2 }))
    const copy = vi.fn(() => Promise.resolve({ lines: 3 }))
    const openLink = vi.fn(() => Promise.resolve())
    useApi(fakeApi({ logs: { watch, read, match, copy, openLink } }))
    const pinia = createPinia()
    setActivePinia(pinia)
    viewer = mount(LogViewer, {
      props: { sources: [{ id: 'a', name: 'web' }] },
      attachTo: document.body,
      global: { plugins: [pinia] }
    })
    await flushPromises()
    await flushPromises()
    return { streams, watch, read, match, copy, openLink }
  }
  const log = (): HTMLElement => document.querySelector<HTMLElement>('[role="log"][aria-label="Logs"]')!
  const drawn = (): string[] => [...log().querySelectorAll('[data-row]')].map((one) => one.textContent)

  it('draws the newest lines, few of them, and follows', async () => {
    const { streams, read } = await open(state())
    expect(drawn().at(-1)).toBe('line 999')
    expect(drawn().length).toBeLessThan(20)
    streams[0]!.push(state({ endRow: 1003, changedFrom: 1003 }))
    await flushPromises()
    await flushPromises()
    expect(drawn().at(-1)).toBe('line 1002')
    expect(read.mock.calls.every(([{ from, to }]) => to - from < 300)).toBe(true)
  })

  it('shows lines that come in once they have been read, never as empty ones, and the newest of them in the end', async () => {
    const { streams, read } = await open(state())
    const waiting: (() => void)[] = []
    read.mockImplementation(async ({ from, to }) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return Array.from({ length: to - from }, (_, n) => row(`late ${from + n}`, { row: from + n }))
    })
    streams[0]!.push(state({ endRow: 1500, changedFrom: 1500 }))
    await flushPromises()
    streams[0]!.push(state({ endRow: 2000, changedFrom: 2000 }))
    await flushPromises()
    expect(drawn().at(-1)).toBe('line 999')
    for (const end of ['late 1499', 'late 1999']) {
      waiting.shift()!()
      await flushPromises()
      expect(drawn().at(-1)).toBe(end)
      expect(drawn().every((text) => text !== '')).toBe(true)
    }
    expect(waiting).toEqual([])
  })

  it('keeps a line that is markup as text, and asks before a link is opened', async () => {
    const { openLink } = await open(
      state({ endRow: 1 }),
      () => '<img src=x onerror=alert(1)> https://evil.test/x'
    )
    expect(log().querySelector('img')).toBeNull()
    expect(log().textContent).toContain('<img src=x onerror=alert(1)>')
    log().querySelector('a')!.click()
    await flushPromises()
    expect(openLink).not.toHaveBeenCalled()
    const dialog = document.querySelector('[role="dialog"]')!
    expect(dialog.textContent).toContain('evil.test')
    ;[...dialog.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Open')!.click()
    await flushPromises()
    expect(openLink).toHaveBeenCalledWith({ url: 'https://evil.test/x' })
  })

  it('says how many lines match, and goes to them by Enter', async () => {
    const { watch, match } = await open(state({ matches: 42 }))
    const box = document.querySelector<HTMLInputElement>('input[aria-label="Search logs"]')!
    box.value = 'needle'
    box.dispatchEvent(new Event('input'))
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    await flushPromises()
    await flushPromises()
    expect(watch.mock.lastCall![0]).toMatchObject({ filter: { query: 'needle', onlyMatches: false } })
    expect(document.querySelector('[role="status"][aria-label="Matches"]')!.textContent).toBe('42 matches')
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', shiftKey: true, bubbles: true }))
    await flushPromises()
    expect(match).toHaveBeenCalledWith(expect.objectContaining({ direction: 'previous' }))
  })

  it('copies all lines by keys though few are drawn', async () => {
    const { copy } = await open(state())
    const press = (key: string): boolean =>
      log().dispatchEvent(
        new KeyboardEvent('keydown', { key, ctrlKey: true, bubbles: true, cancelable: true })
      )
    press('a')
    await flushPromises()
    press('c')
    await flushPromises()
    expect(copy).toHaveBeenCalledWith({ view: 'v1', from: 0, to: 1000, timestamps: false })
  })

  it('says what is missing and what cannot be read', async () => {
    const [source] = state().sources
    await open(
      state({
        endRow: 0,
        sources: [
          {
            ...source!,
            state: 'unreadable',
            message: 'The log driver keeps no lines.',
            hint: 'Choose another one.',
            dropped: 7
          }
        ]
      })
    )
    expect(document.body.textContent).toContain('The log driver keeps no lines.')
    expect(document.body.textContent).toContain('The oldest 7 lines are no longer in memory')
  })

  it('closes its stream with the page', async () => {
    const { streams } = await open(state())
    viewer?.unmount()
    await flushPromises()
    expect(streams.every(({ closed }) => closed)).toBe(true)
  })
})
