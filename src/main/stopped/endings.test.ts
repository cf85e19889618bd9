import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '../docker/events'
import { endingOf, Endings, rhythmMs, wasWished } from './endings'

let clock = 0
const event = (action: string, attributes: Record<string, string> = {}, id = 'a'): EngineEvent => ({
  type: 'container',
  action,
  detail: '',
  id,
  attributes,
  timeMs: (clock += 1000)
})
const kill = (signal: number) => event('kill', { signal: String(signal) })

describe('how a container ended', () => {
  it.each<[string, EngineEvent[], boolean]>([
    ['by itself', [event('start'), event('die')], false],
    ['by docker stop', [event('start'), kill(15), event('die'), event('stop')], true],
    [
      'by docker stop, told in the other order',
      [event('start'), kill(15), event('stop'), event('die')],
      true
    ],
    ['by docker kill', [event('start'), kill(9), event('die')], true],
    ['after a reload it did not survive', [event('start'), kill(1), event('die')], false],
    [
      'by a stop signal that else means nothing',
      [event('start'), kill(28), event('die'), event('stop')],
      true
    ],
    [
      'by itself after an earlier stop',
      [kill(15), event('stop'), event('die'), event('start'), event('die')],
      false
    ],
    ['by a restart', [event('start'), kill(15), event('die'), event('stop')], true]
  ])('%s', (_, events, wished) => {
    const ending = endingOf(events)
    expect(ending?.died).toBe(true)
    expect(wasWished(ending!)).toBe(wished)
  })

  it('keeps the rhythm of its deaths, and counts none twice', () => {
    const events = ['start', 'die', 'start', 'die', 'start', 'die'].map((action) => event(action))
    expect(rhythmMs(endingOf(events))).toBe(2000)
    const die = event('die')
    expect(rhythmMs(endingOf([die, die]))).toBeNull()
  })

  it('is forgotten with the container, and for the longest silent ones among very many', () => {
    const endings = new Endings()
    endings.take(event('start'))
    endings.take(event('die'))
    expect(endings.get('a')?.died).toBe(true)
    endings.take(event('destroy'))
    expect(endings.get('a')).toBeNull()
    for (let n = 0; n < 2100; n += 1) endings.take(event('start', {}, `c${n}`))
    expect(endings.get('c0')).toBeNull()
    expect(endings.get('c2099')).not.toBeNull()
  })
})
