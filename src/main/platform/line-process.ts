/**
 * A program that runs for as long as it needs and reports line by line on its standard error: absolute path, no shell, an
 * environment that is given whole. Its lines are read only as fast as they are taken, so a program that prints more than
 * anybody can take waits. Used by main/builds, which is given {@link startLines}.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { isAbsolute } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '@shared/errors'

export interface LineProcessOptions {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What its standard input is: nothing, a text, or a file. */
  readonly input: { readonly text: string } | { readonly file: string } | null
  /** Called for each line of its standard error. */
  readonly onLine: (line: string) => void
}

export interface LineProcess {
  /** Asks it to stop, and makes it when it has not after `graceMs`. */
  stop(graceMs: number): void
  /** Ends with it, once all its lines are taken; fails when it could not be started or its input could not be read. */
  readonly done: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>
}

export type StartLines = (program: string, options: LineProcessOptions) => LineProcess

export const startLines: StartLines = (program, { args, cwd, env, input, onLine }) => {
  if (!isAbsolute(program))
    throw new AppError('InvalidParameter', `Refused to run ${program}: not an absolute path.`)
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: [input === null ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    windowsHide: true
  })
  const ended = endOf(child, program)
  const fed = feed(child, input)
  const read = readLines(child, onLine)
  let kill: ReturnType<typeof setTimeout> | null = null
  const done = Promise.all([ended, fed, read])
    .then(([end]) => end)
    .finally(() => {
      if (kill !== null) clearTimeout(kill)
      child.kill('SIGKILL')
    })
  return {
    done,
    stop(graceMs) {
      child.kill('SIGTERM')
      kill ??= setTimeout(() => child.kill('SIGKILL'), graceMs)
    }
  }
}

function endOf(
  child: ChildProcess,
  program: string
): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((done, fail) => {
    child.on('error', (cause) =>
      fail(
        new AppError('NotFound', `The program ${program} could not be run.`, {
          hint: 'Install Quayside again; in a development copy run `node scripts/engine-bundle.mjs`.',
          cause
        })
      )
    )
    child.on('close', (exitCode, signal) => done({ exitCode, signal }))
  })
}

/** A program that ends without reading its input is not a failure of ours; a file that cannot be read is one. */
function feed(child: ChildProcess, input: LineProcessOptions['input']): Promise<void> {
  const { stdin } = child
  if (input === null || stdin === null) return Promise.resolve()
  stdin.on('error', () => undefined)
  if ('text' in input) {
    stdin.end(input.text)
    return Promise.resolve()
  }
  return new Promise((done, fail) => {
    const file = createReadStream(input.file, { highWaterMark: 256 * 1024 })
    file.on('error', (cause) => {
      child.kill('SIGTERM')
      fail(
        new AppError('NotFound', `The file ${input.file} cannot be read.`, {
          hint: 'Choose another file.',
          cause
        })
      )
    })
    file.on('close', done)
    stdin.on('close', () => file.destroy())
    file.pipe(stdin)
  })
}

async function readLines(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
  if (child.stderr === null) return
  for await (const line of createInterface({ input: child.stderr, crlfDelay: Infinity })) onLine(line)
}
