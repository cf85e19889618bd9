/**
 * Runs another program to its end: absolute path, fixed PATH, no shell, a deadline, bounded output. Used by main/engine
 * and main/platform only (the rest of main has no business starting processes); long-lived processes are not for here.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { AppError } from '@shared/errors'

/** The only folders that are searched for system programs. */
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

export interface RunOptions {
  /** Milliseconds until the program is killed; default 10 000. */
  readonly timeoutMs?: number
  readonly cwd?: string
  /** The whole environment of the child; default: a fixed PATH and nothing else. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  /** Bytes kept of each output; what is beyond is read and dropped. Default 1 MiB. */
  readonly maxBytes?: number
  /** It is ended with what it started. For scripts; only where there are process groups. */
  readonly group?: boolean
}

export interface RunResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `program` and answers its exit code and output; a code other than 0 is an answer, not an error.
 *
 * Fails with `NotFound` (no such program), `Deadline` (killed after `timeoutMs`) or `Cancelled`.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
  signal?: AbortSignal
): Promise<RunResult> {
  if (!isAbsolute(program))
    throw new AppError('InvalidParameter', `Refused to run ${program}: not an absolute path.`)
  const timeoutMs = options.timeoutMs ?? 10_000
  const deadline = AbortSignal.timeout(timeoutMs)
  const abort = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  try {
    return await collect(program, args, options, abort)
  } catch (cause) {
    throw runError(program, timeoutMs, cause, deadline.aborted)
  }
}

function collect(
  program: string,
  args: readonly string[],
  options: RunOptions,
  abort: AbortSignal
): Promise<RunResult> {
  const maxBytes = options.maxBytes ?? 1024 * 1024
  const group = options.group === true && process.platform !== 'win32'
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? { PATH: SYSTEM_PATH },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      signal: abort,
      killSignal: 'SIGKILL',
      detached: group,
      windowsHide: true
    })
    if (group) endGroupWith(child, abort)
    const stdout = keep(child.stdout, maxBytes)
    const stderr = keep(child.stderr, maxBytes)
    child.on('error', fail)
    child.on('close', (exitCode, endSignal) => {
      done({ exitCode, signal: endSignal, stdout: stdout(), stderr: stderr() })
    })
    if (child.stdin !== null) {
      // A program that ends without reading its input is not a failure of ours.
      child.stdin.on('error', () => undefined)
      child.stdin.end(options.input)
    }
  })
}

/** The program itself is ended by `spawn`; what it started would go on. */
function endGroupWith(child: ChildProcess, abort: AbortSignal): void {
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All of them ended meanwhile.
    }
  }
  abort.addEventListener('abort', end)
  // Its number may be another one's afterwards.
  child.once('close', () => abort.removeEventListener('abort', end))
}

function keep(stream: NodeJS.ReadableStream | null, maxBytes: number): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream?.on('data', (chunk: Buffer) => {
    if (bytes >= maxBytes) return
    chunks.push(chunk.subarray(0, maxBytes - bytes))
    bytes += chunk.length
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function runError(program: string, timeoutMs: number, cause: unknown, timedOut: boolean): AppError {
  const code = (cause as NodeJS.ErrnoException).code
  if (timedOut) {
    return new AppError('Deadline', `${program} did not finish within ${timeoutMs / 1000} s.`, { cause })
  }
  if (code === 'ENOENT') return new AppError('NotFound', `The program ${program} is not there.`, { cause })
  if (code === 'EACCES') return new AppError('Forbidden', `The program ${program} may not be run.`, { cause })
  if (code === 'ABORT_ERR') return new AppError('Cancelled', 'Cancelled.', { cause })
  return new AppError('System', `The program ${program} could not be run.`, { cause })
}
