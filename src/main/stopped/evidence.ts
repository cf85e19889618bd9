/** What the rules judge by, and what they answer. The rules are pure; gather.ts reads all of this, once. */
import type { StopAction } from '@shared/contract/stop-report'
import type { ContainerInspect, ContainerSummary } from '@shared/docker/container'
import type { ImageConfig } from '../docker/images'
import type { TailLine } from '../docker/log-tail'
import type { Ending } from './endings'

export interface Evidence {
  readonly name: string
  readonly inspect: ContainerInspect
  /** null when the image is gone. */
  readonly image: ImageConfig | null
  /** Go's words (`amd64`); empty when the engine did not say. */
  readonly engineArch: string
  /** The last lines of its last run, oldest first. */
  readonly lines: readonly TailLine[]
  /** What the engine's events told of its end; null when nobody remembers. */
  readonly ending: Ending | null
  /** Every other container, for who holds a port or a name. */
  readonly others: readonly ContainerSummary[]
  /** Host folders it wants to mount that are not on this machine. */
  readonly missingSources: readonly string[]
}

/** What a rule found out. */
export interface Finding {
  readonly sentence: string
  readonly hint: string | null
  readonly evidence?: readonly string[]
  readonly actions?: readonly StopAction[]
  readonly command?: string | null
  /** It ended as it should or as somebody wished. */
  readonly expected?: boolean
}

/** One cause: its stable id, and the test over the evidence that says so in a sentence. */
export interface Rule {
  readonly id: string
  readonly find: (evidence: Evidence) => Finding | null
}

/** A rule over what the engine said when it could not start the container (`State.Error`). */
export function errorRule(
  id: string,
  pattern: RegExp,
  explain: (match: RegExpExecArray, evidence: Evidence) => Finding
): Rule {
  return {
    id,
    find(evidence) {
      const error = evidence.inspect.State.Error ?? ''
      const match = pattern.exec(error)
      return match === null ? null : { evidence: [error], ...explain(match, evidence) }
    }
  }
}

/** What a line of the log means; tried from the newest line back, so that the last word counts. */
export interface LineRule {
  readonly id: string
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray, evidence: Evidence) => Finding
}

/** Lines further back than this are not what it died of; a program that explains its options needs many. */
const LINES_BACK = 60

/** The rule that explains the newest line that any of them knows; errors are read before output. */
export function newestLine(
  rules: readonly LineRule[]
): (evidence: Evidence) => (Finding & { id: string }) | null {
  return (evidence) => {
    const newest = evidence.lines.slice(-LINES_BACK).reverse()
    const errors = newest.filter((line) => line.source === 'stderr')
    const output = newest.filter((line) => line.source === 'stdout')
    for (const { text } of [...errors, ...output]) {
      for (const { id, pattern, explain } of rules) {
        const match = pattern.exec(text)
        if (match !== null) return { id, evidence: [text.trim()], ...explain(match, evidence) }
      }
    }
    return null
  }
}

/** The first group that took part in the match; empty when none did. */
export function firstGroup(match: readonly (string | undefined)[]): string {
  return match.find((group, at) => at > 0 && group !== undefined) ?? ''
}

export const START: StopAction = { type: 'start' }
export const LOGS: StopAction = { type: 'tab', tab: 'logs', label: 'Open logs' }
