/**
 * The engine's life as a pure function: transition(machine, event) → machine and effects. It knows no clock (events
 * carry `at`, milliseconds), no process and no file; engine/supervisor.ts runs the effects and feeds events back one at
 * a time. Results of jobs carry the generation they were started for; older ones are ignored.
 */
import type { Failure } from './failures'
import { BUDGET, DEADLINE_MS, retryDelay, startDeadline, unkillable } from './machine-failures'
import type { Effect, Machine, MachineEvent, TimerName } from './machine-types'

export interface Step {
  readonly machine: Machine
  readonly effects: readonly Effect[]
}

export const STABLE_MS = 60_000
/** Termination must say within this time how long it will take. */
export const TERMINATE_MS = 30_000
/** After SIGKILL, and for cleaning up. */
export const KILL_MS = 10_000
export const CLEANUP_MS = 30_000
const MAX_KILLS = 3

export const initialMachine: Machine = {
  state: { name: 'stopped' },
  desired: 'stopped',
  generation: 0,
  process: 'none',
  crashes: [],
  triedOnce: false,
  attempt: 0,
  ending: null,
  cleaning: false,
  kills: 0
}

/** What an event does. Events that do not fit the state, or belong to an older generation, change nothing. */
export function transition(machine: Machine, event: MachineEvent): Step {
  if ('generation' in event && event.generation !== machine.generation) return none(machine)
  switch (event.type) {
    case 'start':
      return onStart(machine, event.at)
    case 'stop':
      return onStop(machine, event.at)
    case 'restart':
      return onRestart(machine, event.at)
    case 'timer':
      return onTimer(machine, event.timer, event.at)
    case 'prepared':
    case 'adopted':
    case 'spawned':
    case 'notStarted':
      return onStartStep(machine, event)
    case 'apiReady':
      return onApiReady(machine, event)
    case 'exited':
      return onExited(machine, event.failure, event.at)
    case 'unusable':
      if (machine.state.name !== 'running') return none(machine)
      return stopping({ ...machine, ending: event.failure }, event.at)
    case 'degraded':
      if (machine.state.name !== 'running' || machine.state.degraded === event.text) return none(machine)
      return none({ ...machine, state: { ...machine.state, degraded: event.text } })
    case 'terminating':
      if (machine.state.name !== 'stopping' || machine.process !== 'alive' || machine.kills > 0)
        return none(machine)
      return { machine, effects: [{ type: 'arm', timer: 'kill', ms: event.graceMs }] }
    case 'cleaned':
      return machine.state.name === 'stopping' && machine.process === 'none'
        ? finishStopping(machine, event.at)
        : none(machine)
  }
}

function none(machine: Machine): Step {
  return { machine, effects: [] }
}

function onStart(machine: Machine, at: number): Step {
  const wanted: Machine = { ...machine, desired: 'running' }
  switch (machine.state.name) {
    case 'stopped':
    case 'failed':
      return begin({ ...wanted, attempt: 0, crashes: [], triedOnce: false }, at)
    case 'backoff':
      return begin(wanted, at)
    case 'stopping':
      // The user's wish for a running engine is newer than the reason we had for stopping it.
      return none(wanted)
    case 'starting':
    case 'running':
      return none(wanted)
  }
}

function onStop(machine: Machine, at: number): Step {
  const unwanted: Machine = { ...machine, desired: 'stopped', ending: null }
  switch (machine.state.name) {
    case 'stopped':
      return none(unwanted)
    case 'stopping':
      // Containers were to be kept for a restart that is no longer wanted.
      if (machine.desired === 'stopped') return none(unwanted)
      if (machine.process === 'alive')
        return { machine: unwanted, effects: terminateEffects(unwanted, false) }
      return machine.cleaning ? cleaning({ ...unwanted, generation: machine.generation + 1 }) : none(unwanted)
    case 'failed':
    case 'backoff':
    case 'starting':
    case 'running':
      return stopping(unwanted, at)
  }
}

function onRestart(machine: Machine, at: number): Step {
  const name = machine.state.name
  if (name === 'running' || (name === 'starting' && machine.process !== 'none')) {
    const wanted: Machine = { ...machine, desired: 'running', ending: null, attempt: 0, crashes: [] }
    return stopping(wanted, at)
  }
  return onStart(machine, at)
}

/** Starts from nothing, or first ends a process that would not go. */
function begin(machine: Machine, at: number): Step {
  if (machine.process !== 'none') return stopping({ ...machine, ending: null }, at)
  const generation = machine.generation + 1
  const attempt = machine.attempt + 1
  return {
    machine: {
      ...machine,
      generation,
      attempt,
      ending: null,
      kills: 0,
      state: { name: 'starting', step: 'preparing', attempt, since: at }
    },
    effects: [
      { type: 'disarm', timer: 'retry' },
      { type: 'arm', timer: 'deadline', ms: DEADLINE_MS },
      { type: 'prepare', generation }
    ]
  }
}

type StartStep = Extract<MachineEvent, { type: 'prepared' | 'adopted' | 'spawned' | 'notStarted' }>

function onStartStep(machine: Machine, event: StartStep): Step {
  const { state } = machine
  if (state.name === 'stopping') return onStartStepWhileStopping(machine, event)
  if (state.name === 'failed' && event.type === 'spawned') {
    // A spawn that took longer than anybody waited: the process must not stay unseen.
    return stopping({ ...machine, process: 'alive', ending: null }, event.at)
  }
  if (state.name !== 'starting' || state.step === 'waiting-for-api') return none(machine)
  const { generation } = machine
  if (event.type === 'notStarted') return ended({ ...machine, process: 'none' }, event.failure, event.at)
  if (event.type === 'prepared') {
    if (state.step !== 'preparing') return none(machine)
    return {
      machine: { ...machine, process: 'spawning', state: { ...state, step: 'spawning' } },
      effects: [{ type: 'spawn', generation }]
    }
  }
  return {
    machine: { ...machine, process: 'alive', state: { ...state, step: 'waiting-for-api' } },
    effects: [
      { type: 'arm', timer: 'deadline', ms: DEADLINE_MS },
      { type: 'probe', generation }
    ]
  }
}

/** Stop was asked for while a start was under way: what comes of it is ended at once. */
function onStartStepWhileStopping(machine: Machine, event: StartStep): Step {
  if (machine.process === 'alive') return none(machine)
  if (event.type === 'adopted' || event.type === 'spawned') {
    const alive: Machine = { ...machine, process: 'alive' }
    return { machine: alive, effects: terminateEffects(alive, alive.desired === 'running') }
  }
  return cleaning({ ...machine, process: 'none' })
}

function onApiReady(machine: Machine, event: Extract<MachineEvent, { type: 'apiReady' }>): Step {
  if (machine.state.name !== 'starting' || machine.process !== 'alive') return none(machine)
  const { version, apiVersion, at, generation } = event
  return {
    machine: { ...machine, state: { name: 'running', version, apiVersion, since: at, degraded: null } },
    effects: [
      { type: 'disarm', timer: 'deadline' },
      { type: 'arm', timer: 'stable', ms: STABLE_MS },
      { type: 'opened', generation }
    ]
  }
}

function onExited(machine: Machine, failure: Failure, at: number): Step {
  if (machine.process === 'none') return none(machine)
  const dead: Machine = { ...machine, process: 'none' }
  switch (machine.state.name) {
    case 'starting':
    case 'running':
      return ended(dead, failure, at)
    case 'stopping':
      return cleaning(dead)
    case 'failed':
    case 'stopped':
    case 'backoff':
      return none(dead)
  }
}

/** The engine ended by itself, or did not come up: decide between another try and giving up. */
function ended(machine: Machine, failure: Failure, at: number): Step {
  const crashes = [...machine.crashes.filter((time) => at - time < BUDGET.windowMs), at]
  const next: Machine = { ...machine, crashes, ending: null }
  const effects: Effect[] = [
    { type: 'disarm', timer: 'deadline' },
    { type: 'disarm', timer: 'stable' },
    { type: 'disarm', timer: 'kill' }
  ]
  if (machine.state.name === 'running') effects.push({ type: 'closed' })
  const delayMs = retryDelay(next, failure)
  if (delayMs === null)
    return { machine: { ...next, state: { name: 'failed', failure: failure.report } }, effects }
  effects.push({ type: 'arm', timer: 'retry', ms: delayMs })
  const triedOnce = next.triedOnce || failure.policy === 'once'
  const { attempt } = next
  return {
    machine: {
      ...next,
      triedOnce,
      state: { name: 'backoff', attempt, retryAt: at + delayMs, failure: failure.report }
    },
    effects
  }
}

function stopping(machine: Machine, at: number): Step {
  const effects: Effect[] = [
    { type: 'disarm', timer: 'deadline' },
    { type: 'disarm', timer: 'stable' },
    { type: 'disarm', timer: 'retry' }
  ]
  if (machine.state.name === 'running') effects.push({ type: 'closed' })
  const next: Machine = { ...machine, kills: 0, cleaning: false, state: { name: 'stopping', since: at } }
  if (machine.process === 'alive') {
    effects.push(...terminateEffects(next, next.desired === 'running'))
    return { machine: next, effects }
  }
  const starting = machine.state.name === 'starting'
  if (starting) {
    effects.push({ type: 'cancelPrepare' }, { type: 'arm', timer: 'kill', ms: TERMINATE_MS })
    return { machine: next, effects }
  }
  const cleanup = cleaning(next)
  return { machine: cleanup.machine, effects: [...effects, ...cleanup.effects] }
}

function terminateEffects(machine: Machine, keepContainers: boolean): Effect[] {
  return [
    { type: 'arm', timer: 'kill', ms: TERMINATE_MS },
    { type: 'terminate', generation: machine.generation, keepContainers }
  ]
}

function cleaning(machine: Machine): Step {
  const keepContainers = machine.desired === 'running'
  return {
    machine: { ...machine, cleaning: true },
    effects: [
      { type: 'arm', timer: 'kill', ms: CLEANUP_MS },
      { type: 'cleanup', generation: machine.generation, keepContainers }
    ]
  }
}

function finishStopping(machine: Machine, at: number): Step {
  const disarm: Effect = { type: 'disarm', timer: 'kill' }
  if (machine.desired === 'stopped') {
    return {
      machine: { ...machine, ending: null, attempt: 0, state: { name: 'stopped' } },
      effects: [disarm]
    }
  }
  const next = machine.ending === null ? begin(machine, at) : ended(machine, machine.ending, at)
  return { machine: next.machine, effects: [disarm, ...next.effects] }
}

function onTimer(machine: Machine, timer: TimerName, at: number): Step {
  const { state } = machine
  if (timer === 'stable') {
    return state.name === 'running'
      ? none({ ...machine, attempt: 0, triedOnce: false, crashes: [] })
      : none(machine)
  }
  if (timer === 'retry') return state.name === 'backoff' ? begin(machine, at) : none(machine)
  if (timer === 'deadline') {
    if (state.name !== 'starting') return none(machine)
    return stopping({ ...machine, ending: startDeadline(state.step) }, at)
  }
  return state.name === 'stopping' ? onKillTimer(machine, at) : none(machine)
}

function onKillTimer(machine: Machine, at: number): Step {
  // Nothing to kill: a preparation or a clean-up that never answered.
  if (machine.process === 'none') {
    return finishStopping({ ...machine, generation: machine.generation + 1 }, at)
  }
  if (machine.kills < MAX_KILLS) {
    return {
      machine: { ...machine, kills: machine.kills + 1 },
      effects: [
        { type: 'arm', timer: 'kill', ms: KILL_MS },
        { type: 'kill', generation: machine.generation }
      ]
    }
  }
  return {
    machine: { ...machine, ending: null, state: { name: 'failed', failure: unkillable } },
    effects: []
  }
}
