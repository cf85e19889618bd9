/** What a container's page says of `docker inspect`: words for codes, commands as they would be typed. Pure. */
import type { ContainerInspect } from '@shared/docker/container'
import { shellCommand } from '@shared/docker/command'

/** A command as it would be typed in a shell: arguments quoted where a shell would split or expand them. */
export function commandText({ Path, Args }: Pick<ContainerInspect, 'Path' | 'Args'>): string {
  return shellCommand([Path, ...Args])
}

/** "on-failure, at most 3 times"; "no" when Docker does not start it again. */
export function restartPolicyText(policy: ContainerInspect['HostConfig']['RestartPolicy']): string {
  const name = policy?.Name === undefined || policy.Name === '' ? 'no' : policy.Name
  const most = policy?.MaximumRetryCount ?? 0
  return name === 'on-failure' && most > 0 ? `${name}, at most ${most} times` : name
}

/** An environment entry; one without `=` has no value. */
export interface EnvEntry {
  readonly key: string
  readonly value: string | null
}

/** `KEY=value` lines taken apart at their first `=`. */
export function envEntries(env: readonly string[]): readonly EnvEntry[] {
  return env.map((line) => {
    const at = line.indexOf('=')
    return at === -1 ? { key: line, value: null } : { key: line.slice(0, at), value: line.slice(at + 1) }
  })
}

const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  125: 'Docker itself could not run the container.',
  126: 'The command was found but cannot be executed.',
  127: 'The command was not found in the image.',
  134: 'The process aborted (SIGABRT).',
  137: 'The process was killed (SIGKILL): by docker kill, or because it did not stop in time.',
  139: 'The process crashed (SIGSEGV).',
  143: 'The process ended when asked to (SIGTERM).'
}

/** Why a container is not running, or null while it runs or never did anything wrong. */
export function whyStopped(
  state: ContainerInspect['State']
): { message: string; hint: string | undefined } | null {
  if (state.Status !== 'exited' && state.Status !== 'dead' && state.Status !== 'created') return null
  if (state.OOMKilled === true) {
    return {
      message: `It ran out of memory and was killed (exit code ${state.ExitCode}).`,
      hint: 'Give it a higher memory limit, or make what runs in it need less.'
    }
  }
  if (state.Error !== undefined && state.Error !== '') {
    return { message: `Docker could not run it: ${state.Error}`, hint: EXIT_MEANINGS[state.ExitCode] }
  }
  if (state.ExitCode === 0) return null
  return { message: `It ended with exit code ${state.ExitCode}.`, hint: EXIT_MEANINGS[state.ExitCode] }
}

/** A time of the engine in milliseconds; null for Docker's "never" (year 1). */
export function engineTime(text: string): number | null {
  const time = Date.parse(text)
  return Number.isNaN(time) || time <= 0 ? null : time
}
