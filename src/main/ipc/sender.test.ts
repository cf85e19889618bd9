import { describe, expect, it } from 'vitest'
import { isTrustedSender } from './sender'

const ours = new Set([7])
const event = (url: string, parent: unknown = null, id = 7) => ({
  senderFrame: { url, parent },
  sender: { id }
})

describe('a sender', () => {
  it('is trusted when it is the top frame of our window on our page', () => {
    expect(isTrustedSender(event('app://quayside/index.html#/containers'), ours, 'app://quayside')).toBe(true)
  })

  it.each([
    ['a frame inside our page', event('app://quayside/index.html', {})],
    ['another window', event('app://quayside/index.html', null, 8)],
    ['a page from the web', event('https://quayside/')],
    ['a look-alike host', event('app://quayside.evil/')],
    ['an opaque page', event('about:blank')],
    ['text that is no address', event('::')],
    ['a frame that is gone', { senderFrame: null, sender: { id: 7 } }]
  ])('is refused when it is %s', (_what, sender) => {
    expect(isTrustedSender(sender, ours, 'app://quayside')).toBe(false)
  })
})
