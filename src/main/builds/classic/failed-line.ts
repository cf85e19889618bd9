/** The place of a failed step in its Dockerfile, in the form in which buildx prints it: the API tells a number only. Pure. */
import { instructionsOf } from '@shared/docker/dockerfile-instructions'

const AROUND = 3

/** `step` counts the Dockerfile's instructions from 1. No lines when it has no such instruction. */
export function failedLine(file: string, dockerfile: string, step: number): string[] {
  const instructions = [...instructionsOf(dockerfile)]
  const failed = instructions[step - 1]
  if (failed === undefined) return []
  const lines = dockerfile.split(/\r?\n/)
  const next = instructions[step]?.line ?? lines.length + 1
  let end = next - 1
  while (end > failed.line && /^\s*(?:#|$)/.test(lines[end - 1] ?? '')) end -= 1
  const from = Math.max(1, failed.line - AROUND)
  const shown = lines.slice(from - 1, end + AROUND).map((text, index) => {
    const number = from + index
    const mark = number >= failed.line && number <= end ? '>>>' : '   '
    return `${String(number).padStart(4)} | ${mark} ${text}`
  })
  const rule = '-'.repeat(20)
  return [`${file}:${failed.line}`, rule, ...shown, rule]
}
