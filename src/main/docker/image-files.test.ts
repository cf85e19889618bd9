import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../../../tests/fake-engine'
import { DockerClient } from './client'
import { sweepTemporary, TEMPORARY_LABEL } from './image-files'

const YEAR_2001 = 1_000_000_000

describe('sweeping what an earlier run left', () => {
  let engine: FakeEngine

  beforeEach(async () => {
    engine = await startFakeEngine({ containers: 4 })
  })
  afterEach(() => engine.close())

  it('touches nothing of anybody else, even when the engine ignores the filter', async () => {
    const client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    const before = [...engine.state.containers.keys()]
    expect(await sweepTemporary(client)).toBe(0)
    expect([...engine.state.containers.keys()]).toEqual(before)
  })

  it('removes what is ours, old and never ran, and leaves what runs in spite of the label', async () => {
    const client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    const [ours, running] = [...engine.state.containers.values()]
    if (ours === undefined || running === undefined) throw new Error('The engine has too few containers.')
    for (const one of [ours, running]) {
      Object.assign(one, { Labels: { [TEMPORARY_LABEL]: 'elsewhere/1' }, Created: YEAR_2001 })
    }
    Object.assign(ours, { State: 'created' })
    Object.assign(running, { State: 'running' })
    expect(await sweepTemporary(client)).toBe(1)
    expect(engine.state.containers.has(ours.Id)).toBe(false)
    expect(engine.state.containers.has(running.Id)).toBe(true)
  })
})
