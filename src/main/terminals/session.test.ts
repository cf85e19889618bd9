import { Duplex } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import type { SessionEnd, SessionOutput } from '@shared/contract/exec'
import type { Link } from './link'
import { Session, type SessionFacts } from './session'

const facts: SessionFacts = {
  Id: 's',
  containerId: 'c',
  kind: 'exec',
  name: 'sh',
  command: ['sh'],
  user: '',
  workingDir: '',
  input: true,
  tty: true,
  startedAt: 0
}
const EXITED: SessionEnd = { reason: 'exited', exitCode: 0, message: 'It ended.', hint: null }

/** A process that writes as long as it is read, and whose input goes nowhere unless told. */
function makeLink(over: Partial<Link> = {}, endless = false) {
  const state = { produced: 0, taken: [] as Buffer[], ended: [] as boolean[] }
  const socket = new Duplex({
    readableHighWaterMark: 16 * 1024,
    read() {
      if (!endless) return
      state.produced += 16 * 1024
      this.push(Buffer.alloc(16 * 1024, 'y'))
    },
    write(chunk: Buffer, _encoding, done) {
      state.taken.push(chunk)
      done()
    }
  })
  const link: Link = {
    socket,
    output: socket as AsyncIterable<Uint8Array>,
    resize: () => Promise.resolve(),
    outcome: () => Promise.resolve(EXITED),
    end(harder) {
      state.ended.push(harder)
      socket.push(null)
      return Promise.resolve()
    },
    ...over
  }
  return { link, socket, state }
}

const never = new AbortController().signal
const settle = () => new Promise((resolve) => setImmediate(resolve))

async function take(view: AsyncGenerator<SessionOutput, unknown, undefined>, count: number) {
  const items: SessionOutput[] = []
  for (let n = 0; n < count; n += 1) {
    const next = await view.next()
    if (next.done === true) break
    items.push(next.value)
  }
  return items
}
const textOf = (items: readonly SessionOutput[]) =>
  items
    .filter((item) => item instanceof Uint8Array)
    .map((item) => new TextDecoder().decode(item))
    .join('')

describe('a terminal session', () => {
  it('repeats what was written before it was shown, marks where now begins, and ends', async () => {
    const { link, socket } = makeLink()
    const session = new Session(facts, link)
    socket.push('before ')
    await settle()
    const view = session.view(0, never)
    const first = await take(view, 3)
    expect(first.map((item) => (item instanceof Uint8Array ? 'bytes' : item.type))).toEqual([
      'replay',
      'bytes',
      'live'
    ])
    socket.push('after')
    expect(textOf([...first, ...(await take(view, 1))])).toBe('before after')
    socket.push(null)
    expect(await view.next()).toEqual({ done: true, value: EXITED })
    expect(session.info.end).toEqual(EXITED)
  })

  it('goes on where a page left it', async () => {
    const { link, socket } = makeLink()
    const session = new Session(facts, link)
    socket.push('seen')
    await settle()
    await session.view(0, never).return(null)
    socket.push('unseen')
    await settle()
    const items = await take(session.view(4, never), 3)
    expect(items[0]).toEqual({ type: 'replay', at: 4, modes: '' })
    expect(textOf(items)).toBe('unseen')
  })

  it('reads no further ahead of a page than it may', async () => {
    const { link, state } = makeLink({}, true)
    const session = new Session(facts, link)
    const view = session.view(0, never)
    await take(view, 3)
    await settle()
    const reached = state.produced
    await settle()
    expect(state.produced).toBe(reached)
    expect(reached).toBeLessThan(512 * 1024)
    await take(view, 10)
    await settle()
    expect(state.produced).toBeGreaterThan(reached)
    session.drop()
  })

  it('is read slowly, and not without end, while nobody looks', async () => {
    const { link, state } = makeLink({}, true)
    const session = new Session(facts, link)
    const began = performance.now()
    await vi.waitFor(() => expect(state.produced).toBeGreaterThan(600 * 1024), { timeout: 5000, interval: 1 })
    expect(performance.now() - began).toBeGreaterThan(80)
    session.drop()
    expect(await session.ended).toEqual(EXITED)
  })

  it('belongs to the page that asked last', async () => {
    const { link, socket } = makeLink()
    const session = new Session(facts, link)
    const first = session.view(0, never)
    await take(first, 2)
    const waiting = first.next()
    const second = session.view(0, never)
    await take(second, 2)
    expect(await waiting).toEqual({ done: true, value: null })
    socket.push('x')
    expect(textOf(await take(second, 1))).toBe('x')
  })

  it('ends its view when the page goes', async () => {
    const { link } = makeLink()
    const gone = new AbortController()
    const view = new Session(facts, link).view(0, gone.signal)
    await take(view, 2)
    const waiting = view.next()
    gone.abort()
    expect(await waiting).toEqual({ done: true, value: null })
  })

  it('takes input, but none when it has none, nor after its end', async () => {
    const { link, socket, state } = makeLink()
    const session = new Session(facts, link)
    await session.write(Buffer.from('ls\r'))
    socket.push(null)
    await session.ended
    await session.write(Buffer.from('late'))
    expect(Buffer.concat(state.taken).toString()).toBe('ls\r')
    const shown = makeLink()
    await new Session({ ...facts, input: false }, shown.link).write(Buffer.from('x'))
    expect(shown.state.taken).toEqual([])
  })

  it('tells the newest size only, one at a time', async () => {
    const sizes: number[] = []
    let release = (): void => undefined
    const { link } = makeLink({
      resize: async ({ columns }) => {
        sizes.push(columns)
        await new Promise<void>((resolve) => (release = resolve))
      }
    })
    const session = new Session(facts, link)
    const first = session.resize({ columns: 1, rows: 1 })
    void session.resize({ columns: 2, rows: 1 })
    void session.resize({ columns: 3, rows: 1 })
    release()
    await settle()
    release()
    await first
    expect(sizes).toEqual([1, 3])
  })

  it('is asked to end, then forced, and says when even that was not enough', async () => {
    const willing = makeLink()
    expect(await new Session(facts, willing.link).close(1000)).toBe(true)
    expect(willing.state.ended).toEqual([false])
    const asked: boolean[] = []
    const stubborn = makeLink({ end: (harder) => Promise.resolve(void asked.push(harder)) })
    const session = new Session(facts, stubborn.link)
    expect(await session.close(10)).toBe(false)
    expect(asked).toEqual([false, true])
    session.drop()
    expect(await session.close(10)).toBe(true)
  })

  it('ends when its connection breaks', async () => {
    const { link, socket } = makeLink()
    const session = new Session(facts, link)
    socket.destroy(new Error('reset'))
    expect(await session.ended).toEqual(EXITED)
  })
})
