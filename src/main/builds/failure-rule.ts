/** One rule of why a build failed: what is said, and what it means. The rules are in failure-rules.ts and failure-rules-registry.ts. */
export interface Verdict {
  readonly message: string
  readonly hint: string
}

export interface Evidence {
  /** buildx's error without `ERROR: failed to build: failed to solve: `. */
  readonly error: string
  /** All it said, and the last lines of the step that failed. */
  readonly all: string
  readonly builder: string
}

export interface Rule {
  readonly says: RegExp
  readonly tell: (match: RegExpExecArray, evidence: Evidence) => Verdict
}

/** A rule that always says the same. */
export function fixed(says: RegExp, message: string, hint: string): Rule {
  return { says, tell: () => ({ message, hint }) }
}
