/** Why a build failed, from what buildx said and what its steps printed: a sentence, a next step, the place. Pure. */
import type { BuildFailure, BuildStep } from '@shared/contract/builds'
import { plainText, oneLine } from '@shared/docker/text'
import type { Verdict } from './failure-rule'
import { ENGINE_LOST, ERROR_RULES, EXIT_HINTS, OUTPUT_RULES } from './failure-rules'
import { sourceExcerpt } from './source-excerpt'

export interface FailureEvidence {
  /** buildx's own lines, progress left out. */
  readonly said: readonly string[]
  readonly steps: readonly BuildStep[]
  /** The last lines of a step. */
  readonly lastLines: (step: number) => readonly string[]
  readonly exitCode: number | null
  readonly builder: string
}

const PREFIX = /^(?:ERROR: |error: )?(?:failed to build: )?(?:failed to solve: )?/i
/** As BuildKit, the engine without it, and Podman say it. */
const EXIT_CODE =
  /(?:process "[\s\S]*" did not complete successfully: exit code:|^The command '[\s\S]*' returned a non-zero code:|^building at STEP "[\s\S]*": while running runtime: exit status) (\d+)/
/** What COPY and ADD say of a source that is not there. */
const MISSING =
  /failed to calculate checksum of ref [^"\n]*"([^"]+)": not found|^lstat ([^:\n]+): no such file or directory|^(?:COPY|ADD) failed: (?:file not found in build context|stat)[^\n]*?(?:stat )?([^:\s]+): (?:file does not exist|no such file)/
const DEFAULT_HINT = 'The log has all that was printed.'

export function explainFailure(evidence: FailureEvidence): BuildFailure {
  const said = evidence.said.map(plainText)
  const error = errorIn(said)
  const step = evidence.steps.findLast(({ state }) => state === 'Error')
  const lastLines = step === undefined ? [] : evidence.lastLines(step.number).map(plainText)
  const verdict = verdictOn({ ...evidence, said }, error, step, lastLines)
  return {
    ...verdict,
    said: said.join('\n').trim().slice(-8000),
    step: step?.text ?? null,
    lastLines,
    source: sourceExcerpt(said)
  }
}

/** buildx's last word; what it says before is often a warning. */
function errorIn(said: readonly string[]): string {
  const at = said.findLastIndex((line) => /^ERROR: /i.test(line))
  const text = at < 0 ? (said.findLast((line) => line.trim() !== '') ?? '') : said.slice(at).join('\n')
  return text.replace(PREFIX, '').trim()
}

function verdictOn(
  { exitCode, builder, said }: FailureEvidence,
  error: string,
  step: BuildStep | undefined,
  lastLines: readonly string[]
): Verdict {
  const code = EXIT_CODE.exec(error) ?? EXIT_CODE.exec(step?.error ?? '')
  if (code !== null && !ENGINE_LOST.test(error)) return exitVerdict(step, Number(code[1]), lastLines)
  const pushed = /^pushing (\S+)/.exec(step?.text ?? '')?.[1]
  if (pushed !== undefined) return pushVerdict(pushed, error)
  const source = sourceExcerpt(said)
  // A step that fails before it begins is in no list; its line of the Dockerfile is told all the same.
  const instruction = step?.text ?? source?.lines.find(({ marked }) => marked)?.text ?? ''
  const from = /--from=(\S+)/.exec(instruction)?.[1]
  const [, checked, looked, sent] = MISSING.exec(error) ?? []
  const missing = checked ?? looked ?? sent
  if (from !== undefined && missing !== undefined) {
    return {
      message: `${missing} is not in ${from}, from which it is copied.`,
      hint: 'Check the path after --from, and that the stage or image makes the file.'
    }
  }
  const all = said.join('\n')
  for (const { says, tell } of ERROR_RULES) {
    const match = says.exec(error) ?? says.exec(step?.error ?? '')
    if (match !== null) return tell(match, { error, all, builder })
  }
  if (error !== '' && source !== null) {
    const message = `The Dockerfile cannot be built at line ${source.line}: ${sentence(error)}`
    return { message, hint: 'Correct the line, then choose Rebuild.' }
  }
  if (error !== '') return { message: sentence(error), hint: DEFAULT_HINT }
  if (step !== undefined) return { message: sentence(step.error), hint: DEFAULT_HINT }
  const how = exitCode === null ? 'was ended from outside' : `ended with exit code ${exitCode}`
  return { message: `buildx ${how} without saying why.`, hint: DEFAULT_HINT }
}

function pushVerdict(name: string, error: string): Verdict {
  if (
    /denied|unauthorized|\b40[13]\b|insufficient_scope|no basic auth|forbidden|authentication required/i.test(
      error
    )
  ) {
    return {
      message: `The registry refused the push of ${name}.`,
      hint: 'Log in to the registry, and check that you may write there; then choose Rebuild.'
    }
  }
  return {
    message: `${name} could not be pushed: ${sentence(error)}`,
    hint: 'Check that the registry runs and that the engine can reach it; then choose Rebuild.'
  }
}

function exitVerdict(step: BuildStep | undefined, code: number, lastLines: readonly string[]): Verdict {
  const text = lastLines.join('\n')
  const hint =
    EXIT_HINTS.get(code) ??
    OUTPUT_RULES.find(({ says }) => says.test(text))?.hint ??
    'Its last lines mostly say why.'
  const name = step === undefined ? 'A command' : `“${oneLine(step.text, 200)}”`
  return { message: `${name} failed with exit code ${code}.`, hint }
}

function sentence(text: string): string {
  const line = oneLine(text, 500)
  const first = line.charAt(0).toUpperCase() + line.slice(1)
  return /[.!?…]$/.test(first) ? first : `${first}.`
}
