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

  describe('interrupted in a flood', () => {
    /** A flood of lines with 600 KB on their way when it is interrupted, `last` the last of them. */
    async function flooded(keys: string, last: string, stubborn = false) {
      const lines = Buffer.from('y\r\n'.repeat(5000))
      const state = { interrupted: false, left: 40 }
      const socket = new Duplex({
        read() {
          if (state.interrupted && !stubborn) state.left -= 1
          if (state.left === 0) this.push(Buffer.from(last))
          else if (state.left > 0) this.push(Buffer.from(lines))
        },
        write(chunk: Buffer, _encoding, done) {
          state.interrupted ||= chunk.includes(3)
          done()
        }
      })
      const { link } = makeLink({ socket, output: socket as AsyncIterable<Uint8Array> })
      const session = new Session(facts, link)
      const view = session.view(0, never)
      await take(view, 8)
      await settle()
      await session.write(Buffer.from(keys))
      return { session, view }
    }
    async function until(
      view: AsyncGenerator<SessionOutput, unknown, undefined>,
      text: string,
      most: number
    ) {
      const items: SessionOutput[] = []
      while (!textOf(items.slice(-2)).includes(text) && items.length < most) {
        items.push(...(await take(view, 1)))
      }
      return items
    }
    const skips = (items: readonly SessionOutput[]) =>
      items.flatMap((item) => (item instanceof Uint8Array || item.type !== 'skipped' ? [] : [item]))

    it('shows the end of what was on its way, and says where that is', async () => {
      const { session, view } = await flooded('\u0003', '^C\r\n/ # ')
      const items = await until(view, '/ # ', 100)
      expect(textOf(items).length).toBeLessThan(20 * 1024)
      expect(textOf(items)).toMatch(/(y\r\n)+\^C\r\n\/ # $/)
      expect(skips(items)).toHaveLength(1)
      expect(skips(items)[0]?.at).toBeGreaterThan(600_000)
      session.drop()
    })

    it('leaves out nothing when something else is typed, or the key is in the middle of a paste', async () => {
      for (const keys of ['x', 'a\u0003b']) {
        const { session, view } = await flooded(keys, '')
        expect(skips(await until(view, 'never', 30))).toEqual([])
        session.drop()
      }
    })

    it('goes on showing a program that minds no interrupt', async () => {
      const { session, view } = await flooded('\u0003', '', true)
      const items = await until(view, 'never', 60)
      expect(skips(items)).toHaveLength(1)
      expect(textOf(items).length).toBeGreaterThan(300 * 1024)
      session.drop()
    })

    it('leaves out nothing of a program that draws the whole screen', async () => {
      const { link, socket } = makeLink()
      const session = new Session(facts, link)
      socket.push('\u001b[?1049h')
      const view = session.view(0, never)
      await take(view, 2)
      for (let n = 0; n < 20; n += 1) socket.push('line\r\n'.repeat(1000))
      await take(view, 2)
      await settle()
      await session.write(Buffer.from('\u0003'))
      socket.push('the end')
      const items = await until(view, 'the end', 100)
      expect(skips(items)).toEqual([])
      session.drop()
    })

    it('shows everything that was written when nobody is behind', async () => {
      const { link, socket } = makeLink()
      const session = new Session(facts, link)
      const view = session.view(0, never)
      await take(view, 2)
      socket.push('running\r\n')
      await take(view, 1)
      await session.write(Buffer.from('\u0003'))
      socket.push('^C\r\n')
      expect(textOf(await take(view, 1))).toBe('^C\r\n')
      session.drop()
    })
  })

  it('ends when its connection breaks', async () => {
    const { link, socket } = makeLink()
    const session = new Session(facts, link)
    socket.destroy(new Error('reset'))
    expect(await session.ended).toEqual(EXITED)
  })
})
