/**
 * What removing containers takes away and leaves, in sentences: from the engine's own preview and the state of now.
 * Pure; the dialog shows it and the page does it.
 */
import type { RemovalPreview } from '@shared/contract/containers'
import { shellCommand } from '@shared/docker/command'
import type { ContainerState } from '@shared/docker/container'

/** What the user agreed to. */
export interface RemovalPlan {
  readonly targets: readonly RemovalTarget[]
  /** Anonymous volumes go too. */
  readonly volumes: boolean
}

export interface RemovalTarget {
  readonly id: string
  readonly name: string
  /** It runs: Docker stops it first, and only when told to. */
  readonly force: boolean
}

/** Whether Docker removes a container in this state only by force. */
export function needsForce(state: ContainerState | undefined): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting'
}

/**
 * The plan for what was previewed, by the states of now.
 *
 * @param stateOf undefined for a container that is gone already: nothing is left to do for it.
 */
export function planRemoval(
  previews: readonly RemovalPreview[],
  stateOf: (id: string) => ContainerState | undefined,
  volumes: boolean
): RemovalPlan {
  const targets = previews.flatMap(({ Id, name }) => {
    const state = stateOf(Id)
    return state === undefined ? [] : [{ id: Id, name, force: needsForce(state) }]
  })
  return { targets, volumes }
}

/** Bytes the containers' own layers hold, all together. */
export function totalBytes(previews: readonly RemovalPreview[]): number {
  return previews.reduce((sum, preview) => sum + preview.sizeRwBytes, 0)
}

/** Every anonymous volume once, in order. */
export function anonymousVolumes(previews: readonly RemovalPreview[]): readonly string[] {
  return [...new Set(previews.flatMap((preview) => preview.anonymousVolumes))].sort()
}

/** Every named volume and folder that stays, once, in order. */
export function keptMounts(previews: readonly RemovalPreview[]): readonly string[] {
  return [...new Set(previews.flatMap((preview) => preview.keptMounts))].sort()
}

/** The same by the docker CLI: forced ones in a command of their own, so that no other is stopped by it. */
export function removalCommand({ targets, volumes }: RemovalPlan): string {
  const line = (force: boolean): string => {
    const names = targets.filter((target) => target.force === force).map((target) => target.name)
    if (names.length === 0) return ''
    const flags = [...(force ? ['--force'] : []), ...(volumes ? ['--volumes'] : [])]
    return shellCommand(['docker', 'rm', ...flags, ...names])
  }
  return [line(false), line(true)].filter((text) => text !== '').join('\n')
}
