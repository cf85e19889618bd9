import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineEvent } from '../docker/events'
import { Endings } from './endings'
import { Notices, type Notification } from './notices'

const kinds = { died: true, unhealthy: true, outOfMemory: true }
let wanted = kinds
let shown: Notification[]
let endings: Endings
let notices: Notices
let clock: number

beforeEach(() => {
  vi.useFakeTimers()
  wanted = kinds
  shown = []
  clock = 1_000_000
  endings = new Endings()
  notices = new Notices({ endings, wanted: () => wanted, show: (one) => shown.push(one) })
})
afterEach(() => {
  vi.useRealTimers()
})

function happens(id: string, action: string, attributes: Record<string, string> = {}, detail = ''): void {
  clock += 10
  const event: EngineEvent = {
    type: 'container',
    action,
    detail,
    id,
    attributes: { name: `c-${id}`, ...attributes },
    timeMs: clock
  }
  endings.take(event)
  notices.take(event)
}
const dies = (id: string, exitCode = '1') => happens(id, 'die', { exitCode })
const later = (ms = 2000) => {
  vi.advanceTimersByTime(ms)
  clock += ms
}

describe('notifications', () => {
  it('tell of one that died by itself, and lead to its page', () => {
    happens('a', 'start')
    dies('a', '137')
    expect(shown).toEqual([])
    later()
    expect(shown).toEqual([
      {
        title: 'c-a stopped by itself',
        body: 'Exit code 137: it was killed (SIGKILL).',
        path: '/containers/a'
      }
    ])
  })

  it.each([
    ['is stopped', () => (happens('a', 'kill', { signal: '15' }), dies('a', '143'), happens('a', 'stop'))],
    [
      'is stopped by another signal',
      () => (happens('a', 'kill', { signal: '28' }), dies('a'), happens('a', 'stop'))
    ],
    ['is killed', () => (happens('a', 'kill', { signal: '9' }), dies('a', '137'))],
    [
      'is removed by force',
      () => (happens('a', 'kill', { signal: '9' }), dies('a', '137'), happens('a', 'destroy'))
    ],
    [
      'is restarted',
      () => (happens('a', 'kill', { signal: '28' }), dies('a'), happens('a', 'stop'), happens('a', 'start'))
    ],
    ['finishes', () => dies('a', '0')]
  ])('say nothing of one that %s', (_, act) => {
    happens('a', 'start')
    act()
    later()
    expect(shown).toEqual([])
  })

  it('tell of twenty at once in one', () => {
    for (let n = 0; n < 20; n += 1) dies(`x${n}`)
    later()
    expect(shown).toEqual([
      {
        title: '20 containers stopped by themselves',
        body: 'c-x0, c-x1, c-x2, c-x3, c-x4 and 15 more',
        path: '/containers'
      }
    ])
  })

  it('wait for those that come a little later, but not for ever', () => {
    for (let n = 0; n < 12; n += 1) {
      dies(`x${n}`)
      later(1000)
    }
    later()
    expect(shown.map(({ title }) => title.split(' ')[0])).toEqual(['6', '6'])
  })

  it('tell of memory and not of the death it brings', () => {
    happens('a', 'oom')
    dies('a', '137')
    later()
    expect(shown.map(({ title }) => title)).toEqual(['c-a ran out of memory'])
  })

  it('tell of health, and lead to the tab', () => {
    happens('a', 'health_status', {}, 'healthy')
    happens('a', 'health_status', {}, 'unhealthy')
    later()
    expect(shown.map(({ title, path }) => [title, path])).toEqual([
      ['c-a is unhealthy', '/containers/a/health']
    ])
  })

  it('tell of a restart loop once, and again after a long silence', () => {
    for (let n = 0; n < 50; n += 1) {
      dies('a')
      happens('a', 'start')
      later(3000)
    }
    expect(shown).toHaveLength(1)
    later(6 * 60_000)
    dies('a')
    later()
    expect(shown).toHaveLength(2)
  })

  it('a stop is no reason to be silent of the next death', () => {
    happens('a', 'kill', { signal: '15' })
    dies('a', '143')
    later()
    happens('a', 'start')
    dies('a')
    later()
    expect(shown).toHaveLength(1)
  })

  it('are off by kind, and cancelled with the engine', () => {
    wanted = { ...kinds, died: false }
    dies('a')
    happens('b', 'health_status', {}, 'unhealthy')
    later()
    expect(shown.map(({ title }) => title)).toEqual(['c-b is unhealthy'])
    happens('c', 'oom')
    notices.cancel()
    later()
    expect(shown).toHaveLength(1)
  })
})
