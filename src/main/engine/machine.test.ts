import { describe, expect, test } from 'vitest'
import type { Failure, RetryPolicy } from './failures'
import { initialMachine, STABLE_MS, transition } from './machine'
import { BUDGET, DEADLINE_MS } from './machine-failures'
import type { Effect, Machine, MachineEvent } from './machine-types'

type Input = MachineEvent extends infer E ? (E extends unknown ? Omit<E, 'at' | 'generation'> : never) : never

function failure(policy: RetryPolicy = 'budget'): Failure {
  return {
    policy,
    report: { step: 'running', kind: 'test', message: 'It failed.', hint: 'Mend it.', lastLogLines: [] }
  }
}

/** Feeds events of the current generation, one a second unless `at` says otherwise, and collects the effects. */
function play(events: readonly (Input & { readonly at?: number })[], from: Machine = initialMachine) {
  let machine = from
  let at = 0
  let effects: readonly Effect[] = []
  for (const event of events) {
    at = event.at ?? at + 1000
    const step = transition(machine, { generation: machine.generation, ...event, at } as MachineEvent)
    machine = step.machine
    effects = step.effects
  }
  return { machine, effects, names: effects.map(({ type }) => type) }
}

const toRunning: readonly Input[] = [
  { type: 'start' },
  { type: 'prepared' },
  { type: 'spawned' },
  { type: 'apiReady', version: '28.5.2', apiVersion: '1.51' }
]
const stopTimer = { type: 'timer', timer: 'kill' } as const

describe('starting', () => {
  test('goes through preparing, spawning and waiting for the API, with a deadline throughout', () => {
    const { machine, effects } = play(toRunning.slice(0, 1))
    expect(machine.state).toEqual({ name: 'starting', step: 'preparing', attempt: 1, since: 1000 })
    expect(effects).toContainEqual({ type: 'arm', timer: 'deadline', ms: DEADLINE_MS })
    expect(play(toRunning.slice(0, 2)).names).toEqual(['spawn'])
    expect(play(toRunning.slice(0, 3)).names).toEqual(['arm', 'probe'])
    const running = play(toRunning)
    expect(running.machine.state).toEqual({
      ...{ name: 'running', version: '28.5.2', apiVersion: '1.51', since: 4000, degraded: null }
    })
    expect(running.effects).toEqual([
      { type: 'disarm', timer: 'deadline' },
      { type: 'arm', timer: 'stable', ms: STABLE_MS },
      { type: 'opened', generation: 1 }
    ])
  })

  test('uses an engine that runs already without spawning one', () => {
    expect(play([{ type: 'start' }, { type: 'adopted' }]).names).toEqual(['arm', 'probe'])
  })

  test('that is refused has failed, and a new start tries afresh', () => {
    const { machine } = play([{ type: 'start' }, { type: 'notStarted', failure: failure('never') }])
    expect(machine.state.name).toBe('failed')
    expect(play([{ type: 'start' }], machine).machine.state).toMatchObject({ name: 'starting', attempt: 1 })
  })

  test('that takes too long ends the process, then tries again', () => {
    const late = play([...toRunning.slice(0, 3), { type: 'timer', timer: 'deadline' }])
    expect(late.machine.state.name).toBe('stopping')
    expect(late.effects).toContainEqual({ type: 'terminate', generation: 1, keepContainers: true })
    const after = play([{ type: 'exited', failure: failure() }, { type: 'cleaned' }], late.machine)
    expect(after.machine.state).toMatchObject({ name: 'backoff', failure: { kind: 'start-deadline' } })
  })
})

describe('an engine that ends by itself', () => {
  test('is started again after 1, 2 and 4 s, and given up at the fourth crash within a minute', () => {
    let machine = play(toRunning).machine
    const delays: number[] = []
    for (let n = 0; n < 4; n++) {
      const crashed = play([{ type: 'exited', failure: failure(), at: 10_000 + n }], machine)
      machine = crashed.machine
      const arm = crashed.effects.find((effect) => effect.type === 'arm')
      if (arm !== undefined) delays.push(arm.ms)
      if (n < 3) machine = play([{ type: 'timer', timer: 'retry' }, ...toRunning.slice(1)], machine).machine
    }
    expect(delays).toEqual([1000, 2000, 4000])
    expect(machine.state.name).toBe('failed')
  })

  test('every minute or less often is always started again', () => {
    let machine = play(toRunning).machine
    for (let n = 1; n < 20; n++) {
      machine = play([{ type: 'exited', failure: failure(), at: n * BUDGET.windowMs }], machine).machine
      expect(machine.state.name).toBe('backoff')
      const retry = { type: 'timer', timer: 'retry', at: n * BUDGET.windowMs + 1 } as const
      machine = play([retry, ...toRunning.slice(1)], machine).machine
      expect(machine.state.name).toBe('running')
    }
  })

  test('by a panic is tried once more only, unless it ran a minute', () => {
    const panic = { type: 'exited', failure: failure('once') } as const
    const again = play([
      ...toRunning,
      panic,
      { type: 'timer', timer: 'retry' },
      ...toRunning.slice(1)
    ]).machine
    expect(play([panic], again).machine.state.name).toBe('failed')
    expect(play([{ type: 'timer', timer: 'stable' }, panic], again).machine.state.name).toBe('backoff')
  })

  test('for its configuration’s sake is not tried again', () => {
    const refused = { type: 'exited', failure: failure('never') } as const
    expect(play([...toRunning.slice(0, 3), refused]).machine.state.name).toBe('failed')
  })

  test('and is not ours is looked for without end', () => {
    let machine = initialMachine
    for (let n = 0; n < 50; n++) {
      const refused = { type: 'notStarted', failure: failure('wait') } as const
      machine = play(
        [n === 0 ? { type: 'start' } : { type: 'timer', timer: 'retry' }, refused],
        machine
      ).machine
      expect(machine.state.name).toBe('backoff')
    }
  })
})

describe('stopping', () => {
  test('a running engine ends its containers, then the process, then what is left', () => {
    const stopping = play([...toRunning, { type: 'stop' }])
    expect(stopping.names).toEqual(['disarm', 'disarm', 'disarm', 'closed', 'arm', 'terminate'])
    expect(stopping.effects).toContainEqual({ type: 'terminate', generation: 1, keepContainers: false })
    const patient = play([{ type: 'terminating', graceMs: 75_000 }], stopping.machine)
    expect(patient.effects).toEqual([{ type: 'arm', timer: 'kill', ms: 75_000 }])
    const gone = play([{ type: 'exited', failure: failure() }], patient.machine)
    expect(gone.effects).toContainEqual({ type: 'cleanup', generation: 1, keepContainers: false })
    expect(play([{ type: 'cleaned' }], gone.machine).machine.state).toEqual({ name: 'stopped' })
  })

  test('kills what does not end, and says so when even that does not help', () => {
    const stopping = play([...toRunning, { type: 'stop' }]).machine
    expect(play([stopTimer], stopping).effects).toContainEqual({ type: 'kill', generation: 1 })
    const stuck = play([stopTimer, stopTimer, stopTimer, stopTimer], stopping).machine
    expect(stuck.state).toMatchObject({ name: 'failed', failure: { kind: 'cannot-be-ended' } })
  })

  test('while preparing waits for the preparation, and ends what it found', () => {
    const stopping = play([{ type: 'start' }, { type: 'stop' }])
    expect(stopping.names).toContain('cancelPrepare')
    expect(play([{ type: 'adopted' }], stopping.machine).names).toEqual(['arm', 'terminate'])
    expect(play([{ type: 'prepared' }], stopping.machine).names).toEqual(['arm', 'cleanup'])
    expect(play([stopTimer], stopping.machine).machine.state.name).toBe('stopped')
  })

  test('while spawning ends the process as soon as it is there', () => {
    const stopping = play([...toRunning.slice(0, 2), { type: 'stop' }]).machine
    expect(play([{ type: 'spawned' }], stopping).names).toEqual(['arm', 'terminate'])
  })

  test('after a failure removes the containers it left', () => {
    const failed = play([...toRunning, { type: 'exited', failure: failure('never') }]).machine
    expect(play([{ type: 'stop' }], failed).effects).toContainEqual({
      ...{ type: 'cleanup', generation: 1, keepContainers: false }
    })
  })

  test('during a restart stops the containers too', () => {
    const restarting = play([...toRunning, { type: 'restart' }])
    expect(restarting.effects).toContainEqual({ type: 'terminate', generation: 1, keepContainers: true })
    expect(play([{ type: 'stop' }], restarting.machine).effects).toContainEqual({
      ...{ type: 'terminate', generation: 1, keepContainers: false }
    })
  })

  test('a start that comes meanwhile is obeyed afterwards', () => {
    const events: Input[] = [{ type: 'stop' }, { type: 'start' }, { type: 'exited', failure: failure() }]
    const { machine } = play([...toRunning, ...events, { type: 'cleaned' }])
    expect(machine.state.name).toBe('starting')
  })
})

test('an engine that does not answer is restarted with its containers kept', () => {
  const hung = play([...toRunning, { type: 'unusable', failure: failure() }])
  expect(hung.effects).toContainEqual({ type: 'terminate', generation: 1, keepContainers: true })
  const after = play([{ type: 'exited', failure: failure() }, { type: 'cleaned' }], hung.machine)
  expect(after.machine.state.name).toBe('backoff')
})

test('degraded is said and taken back', () => {
  const degraded = play([...toRunning, { type: 'degraded', text: 'x' }]).machine
  expect(degraded.state).toMatchObject({ name: 'running', degraded: 'x' })
  expect(play([{ type: 'degraded', text: null }], degraded).machine.state).toMatchObject({ degraded: null })
})

test('results of an older generation change nothing', () => {
  const { machine } = play(toRunning)
  const old = { type: 'exited', generation: 0, failure: failure(), at: 9 } as const
  expect(transition(machine, old)).toEqual({ machine, effects: [] })
})

test('a process that came to be after all, when nobody waited any more, is ended', () => {
  const spawning = play([...toRunning.slice(0, 2), { type: 'stop' }]).machine
  const failed = play([stopTimer, stopTimer, stopTimer, stopTimer], spawning).machine
  expect(failed.state.name).toBe('failed')
  expect(play([{ type: 'spawned' }], failed).names).toContain('terminate')
})
