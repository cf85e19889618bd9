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

const UNITS: readonly (readonly [nanoseconds: number, unit: string])[] = [
  [3_600_000_000_000, 'h'],
  [60_000_000_000, 'min'],
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
  [1, 'ns']
]

/** A span of nanoseconds in the largest units that say it: `1 min 30 s`, `500 ms`. */
export function spanText(nanoseconds: number): string {
  const parts: string[] = []
  let rest = Math.max(0, Math.round(nanoseconds))
  for (const [size, unit] of UNITS) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount} ${unit}`)
    rest -= amount * size
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

/** A time of the engine in milliseconds; null for Docker's "never" (year 1). */
export function engineTime(text: string): number | null {
  const time = Date.parse(text)
  return Number.isNaN(time) || time <= 0 ? null : time
}
