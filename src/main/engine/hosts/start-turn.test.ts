import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { takeTurn } from './start-turn'

describe.skipIf(process.platform !== 'linux')('the turn to start an engine', () => {
  it('is one after the other', async () => {
    const name = `\0${randomUUID()}`
    const order: string[] = []
    const end = await takeTurn(name)
    const second = takeTurn(name).then((done) => {
      order.push('second has it')
      done()
    })
    const third = takeTurn(name, 100).then(() => order.push('third went on without'))
    await third
    order.push('first ends')
    end()
    end()
    await second
    expect(order).toEqual(['third went on without', 'first ends', 'second has it'])
  })
})
