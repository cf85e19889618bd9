/** The verbs of a container that need nothing but its id, with the words for before, during and after. */
import type { Component } from 'vue'
import { api } from '@/api'
import { shellCommand, verbCommand } from '@shared/docker/command'
import { PauseIcon, RestartIcon, StartIcon, StopIcon } from './row-icons'
import type { ContainerRow } from './row-model'

export type Verb = 'start' | 'stop' | 'restart' | 'pause' | 'unpause'

export interface VerbWords {
  readonly label: string
  readonly doing: string
  readonly done: string
  readonly icon: Component
}

export const VERBS: Readonly<Record<Verb, VerbWords>> = {
  start: { label: 'Start', doing: 'Starting', done: 'Started', icon: StartIcon },
  stop: { label: 'Stop', doing: 'Stopping', done: 'Stopped', icon: StopIcon },
  restart: { label: 'Restart', doing: 'Restarting', done: 'Restarted', icon: RestartIcon },
  pause: { label: 'Pause', doing: 'Pausing', done: 'Paused', icon: PauseIcon },
  unpause: { label: 'Unpause', doing: 'Unpausing', done: 'Unpaused', icon: StartIcon }
}

/** Asks the engine; the row changes when the engine's event arrives. */
export function perform(verb: Verb, id: string): Promise<void> {
  return api.containers[verb]({ id })
}

export interface NamedCommand {
  /** "docker stop" */
  readonly label: string
  /** The whole line, ready to paste. */
  readonly text: string
}

/** The docker commands worth taking along for a container in its state, most wanted first. */
export function dockerCommands(row: Pick<ContainerRow, 'name' | 'actions'>): readonly NamedCommand[] {
  const { actions, name } = row
  const verbs = (['start', 'stop', 'restart', 'pause', 'unpause'] as const).filter((verb) => actions[verb])
  const more: readonly (readonly string[])[] = [
    ['logs', '--follow', name],
    ...(actions.pause ? [['exec', '-it', name, 'sh']] : []),
    ['inspect', name],
    ['rm', name]
  ]
  return [
    ...verbs.map((verb) => ({ label: `docker ${verb}`, text: verbCommand(verb, name) })),
    ...more.map((words) => ({ label: `docker ${words[0]}`, text: shellCommand(['docker', ...words]) }))
  ]
}
