/** Properties of the state machine under any order of wishes, answers, crashes and timers. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure, RetryPolicy } from './failures'
import { initialMachine, transition } from './machine'
import type { Effect, MachineEvent, TimerName } from './machine-types'

function failure(policy: RetryPolicy = 'budget'): Failure {
  return {
    policy,
    report: { step: 'running', kind: 'test', message: 'It failed.', hint: 'Mend it.', lastLogLines: [] }
  }
}

/** A world that answers effects late, in any order, or never, and counts the processes it made. */
class World {
  machine = initialMachine
  at = 0
  processes = new Set<number>()
  mostProcesses = 0
  timers = new Set<TimerName>()
  pending: MachineEvent[] = []

  send(event: MachineEvent): void {
    const before = this.machine
    const { machine, effects } = transition(before, event)
    this.machine = machine
    for (const effect of effects) this.perform(effect)
  }

  private perform(effect: Effect): void {
    const { at } = this
    switch (effect.type) {
      case 'prepare':
        this.pending.push({ type: 'prepared', generation: effect.generation, at })
        break
      case 'spawn':
        this.processes.add(effect.generation)
        this.mostProcesses = Math.max(this.mostProcesses, this.processes.size)
        this.pending.push({ type: 'spawned', generation: effect.generation, at })
        break
      case 'probe': {
        const { generation } = effect
        this.pending.push({ type: 'apiReady', generation, version: '1', apiVersion: '1', at })
        break
      }
      case 'kill':
        this.exit(effect.generation)
        break
      case 'cleanup':
        this.pending.push({ type: 'cleaned', generation: effect.generation, at })
        break
      case 'arm':
        this.timers.add(effect.timer)
        break
      case 'disarm':
        this.timers.delete(effect.timer)
        break
      case 'terminate':
      case 'cancelPrepare':
      case 'opened':
      case 'closed':
    }
  }

  exit(generation: number): void {
    if (!this.processes.delete(generation)) return
    this.pending.push({ type: 'exited', generation, failure: failure(), at: this.at })
  }

  fire(timer: TimerName): void {
    if (!this.timers.delete(timer)) return
    this.send({ type: 'timer', timer, at: this.at })
  }

  /** Lets everything under way come to its end. */
  settle(): void {
    for (let n = 0; n < 100; n++) {
      this.at += 1000
      const event = this.pending.shift()
      if (event !== undefined) this.send({ ...event, at: this.at })
      else if (this.machine.state.name === 'stopping') {
        for (const generation of this.processes) this.exit(generation)
        if (this.pending.length === 0) this.fire('kill')
      } else return
    }
  }
}

const step = fc.oneof(
  fc
    .constantFrom('start', 'stop', 'restart', 'answer', 'answer', 'answer', 'crash', 'lose')
    .map((what) => ({ what })),
  fc
    .constantFrom<TimerName>('deadline', 'kill', 'retry', 'stable')
    .map((timer) => ({ what: 'timer', timer })),
  fc
    .constantFrom<RetryPolicy>('never', 'once', 'budget', 'wait')
    .map((policy) => ({ what: 'unusable', policy }))
)
type Act = { readonly what: string; readonly timer?: TimerName; readonly policy?: RetryPolicy }

function act(world: World, { what, timer, policy }: Act): void {
  world.at += 700
  const { at } = world
  if (what === 'start' || what === 'stop' || what === 'restart') world.send({ type: what, at })
  else if (what === 'answer') {
    const event = world.pending.shift()
    if (event !== undefined) world.send({ ...event, at })
  } else if (what === 'lose') {
    // An answer that never comes; the end of a process is never lost, the operating system tells it.
    const lost = world.pending.findIndex(({ type }) => type === 'apiReady' || type === 'cleaned')
    if (lost >= 0) world.pending.splice(lost, 1)
  } else if (what === 'crash') {
    for (const generation of world.processes) world.exit(generation)
  } else if (timer !== undefined) world.fire(timer)
  else world.send({ type: 'unusable', generation: world.machine.generation, failure: failure(policy), at })
}

describe('whatever happens in whatever order', () => {
  test('there are never two processes, and no state without a way out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (acts) => {
        const world = new World()
        for (const one of acts) {
          act(world, one)
          const { state } = world.machine
          expect(world.mostProcesses).toBeLessThanOrEqual(1)
          if (state.name === 'starting') expect(world.timers.has('deadline')).toBe(true)
          if (state.name === 'stopping') expect(world.timers.has('kill')).toBe(true)
          if (state.name === 'backoff') expect(world.timers.has('retry')).toBe(true)
        }
      }),
      { numRuns: 1000 }
    )
  })

  test('stop always wins, and leaves no process', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (acts) => {
        const world = new World()
        for (const one of acts) act(world, one)
        world.send({ type: 'stop', at: world.at })
        world.settle()
        expect(world.machine.state).toEqual({ name: 'stopped' })
        expect(world.processes.size).toBe(0)
      }),
      { numRuns: 1000 }
    )
  })

  test('start after a stop leads to a running engine', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (acts) => {
        const world = new World()
        for (const one of acts) act(world, one)
        world.send({ type: 'stop', at: world.at })
        world.settle()
        world.send({ type: 'start', at: world.at })
        world.settle()
        expect(world.machine.state.name).toBe('running')
        expect(world.processes.size).toBe(1)
      }),
      { numRuns: 500 }
    )
  })
})
