import { describe, expect, it } from 'vitest'
import { applyChange, type Change } from '@shared/patch'
import { WatchedCollection, type RowSource } from './watch'

interface Row {
  readonly Id: string
  readonly value: number
}

/** An engine whose answers can be held back. */
function scripted(rows: Row[]) {
  const truth = new Map(rows.map((row) => [row.Id, row.value]))
  const asked: (readonly string[] | 'all')[] = []
  let gate: Promise<void> = Promise.resolve()
  const snapshotOf = (ids: readonly string[] | null) =>
    [...truth].filter(([id]) => ids === null || ids.includes(id)).map(([Id, value]) => ({ Id, value }))
  const source: RowSource<Row> = {
    async list() {
      asked.push('all')
      const rowsNow = snapshotOf(null)
      await gate
      return rowsNow
    },
    async byId(ids) {
      asked.push([...ids].sort())
      const rowsNow = snapshotOf(ids)
      await gate
      return rowsNow
    }
  }
  return {
    truth,
    asked,
    source,
    hold() {
      let release = (): void => undefined
      gate = new Promise((resolve) => (release = resolve))
      return release
    }
  }
}

const timing = { leadMs: 1, burstMs: 5 }
const quiet = () => new Promise((resolve) => setTimeout(resolve, 30))

describe('a watched collection', () => {
  it('begins with a snapshot and goes on with patches of what changed', async () => {
    const engine = scripted([
      { Id: 'a', value: 1 },
      { Id: 'b', value: 1 }
    ])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    const items = collection.watch(new AbortController().signal)
    expect((await items.next()).value).toEqual({
      type: 'snapshot',
      items: [
        { Id: 'a', value: 1 },
        { Id: 'b', value: 1 }
      ]
    })
    engine.truth.set('a', 2)
    collection.touch('a')
    expect((await items.next()).value).toEqual({
      type: 'patch',
      upserts: [{ Id: 'a', value: 2 }],
      removes: []
    })
    expect(engine.asked).toEqual(['all', ['a']])
    await items.return()
  })

  it('has its first list before anybody asks when it is eager, and then waits to be asked', async () => {
    const engine = scripted([{ Id: 'a', value: 1 }])
    const collection = new WatchedCollection<Row>({ timing, eager: true })
    collection.online(engine.source)
    await quiet()
    expect(engine.asked).toEqual(['all'])
    collection.touch('a')
    await quiet()
    expect(engine.asked).toEqual(['all'])
  })

  it('fetches nothing while no reader waits, and catches up in one item', async () => {
    const engine = scripted([{ Id: 'a', value: 1 }])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    await quiet()
    expect(engine.asked).toEqual([])
    const items = collection.watch(new AbortController().signal)
    await items.next()
    for (let value = 2; value < 9; value += 1) {
      engine.truth.set('a', value)
      engine.truth.set(`new${value}`, value)
      collection.touch('a')
      collection.touch(`new${value}`)
      await quiet()
    }
    expect(engine.asked).toEqual(['all'])
    const item = (await items.next()).value as Change<Row>
    expect(engine.asked).toHaveLength(2)
    expect(item.type === 'patch' && item.upserts).toHaveLength(8)
    await items.return()
  })

  it('says nothing when an event changed nothing that is shown', async () => {
    const engine = scripted([{ Id: 'a', value: 1 }])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    const items = collection.watch(new AbortController().signal)
    await items.next()
    let told = false
    const next = items.next().then((item) => {
      told = true
      return item
    })
    collection.touch('a')
    await quiet()
    expect(told).toBe(false)
    engine.truth.set('a', 2)
    collection.touch('a')
    await next
    await items.return()
  })

  it('reads again what changed while it was being read', async () => {
    const engine = scripted([{ Id: 'a', value: 1 }])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    const release = engine.hold()
    const items = collection.watch(new AbortController().signal)
    const first = items.next()
    await quiet()
    // The list under way still says 1.
    engine.truth.set('a', 2)
    collection.touch('a')
    release()
    let rows = applyChange<Row>(new Map(), (await first).value as Change<Row>)
    while (rows.get('a')?.value !== 2) rows = applyChange(rows, (await items.next()).value as Change<Row>)
    await items.return()
  })

  it('drops the answer of an engine that is gone', async () => {
    const old = scripted([{ Id: 'old', value: 1 }])
    const release = old.hold()
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(old.source)
    const items = collection.watch(new AbortController().signal)
    const first = items.next()
    await quiet()
    collection.online(scripted([{ Id: 'new', value: 1 }]).source)
    release()
    expect((await first).value).toEqual({ type: 'snapshot', items: [{ Id: 'new', value: 1 }] })
    await items.return()
  })

  it('reads the whole list when more than two hundred rows are stale', async () => {
    const engine = scripted([])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    const items = collection.watch(new AbortController().signal)
    await items.next()
    for (let index = 0; index < 201; index += 1) {
      engine.truth.set(String(index), index)
      collection.touch(String(index))
    }
    const patch = (await items.next()).value as Change<Row>
    expect(patch.type === 'patch' && patch.upserts).toHaveLength(201)
    expect(engine.asked).toEqual(['all', 'all'])
    await items.return()
  })

  it('ends when its reader does', async () => {
    const abort = new AbortController()
    const items = new WatchedCollection<Row>({ timing }).watch(abort.signal)
    const next = items.next()
    abort.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('reads nothing and says nothing while resting, and everything once afterwards', async () => {
    const engine = scripted([
      { Id: 'a', value: 1 },
      { Id: 'b', value: 1 },
      { Id: 'c', value: 1 }
    ])
    const collection = new WatchedCollection<Row>({ timing })
    collection.online(engine.source)
    const items = collection.watch(new AbortController().signal)
    await items.next()
    const next = items.next()
    let said = false
    void next.then(() => (said = true))
    collection.rest()
    engine.truth.set('a', 2)
    collection.touch('a')
    engine.truth.set('b', 2)
    collection.touch('b')
    engine.truth.delete('c')
    collection.remove('c')
    await quiet()
    expect({ asked: engine.asked, said }).toEqual({ asked: ['all'], said: false })
    collection.wake()
    const first = (await next).value
    const rows = [first, (await items.next()).value].reduce<ReadonlyMap<string, Row>>(
      (map, change) => applyChange(map, change as Change<Row>),
      new Map([['c', { Id: 'c', value: 1 }]])
    )
    expect([...rows.values()]).toEqual([
      { Id: 'a', value: 2 },
      { Id: 'b', value: 2 }
    ])
    expect(engine.asked).toEqual(['all', ['a', 'b']])
  })
})
