/**
 * BuildKit's own checks of a Dockerfile that is being written: one run of the bundled buildx that builds nothing. Nobody
 * waits for it longer than a few seconds, and no program that the Dockerfile names is run for it: see decision 0581.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { CheckFinding, DockerfileCheck } from '@shared/contract/dockerfiles'
import type { BuildInput } from '@shared/contract/builds'
import { directivesOf } from '@shared/docker/dockerfile-instructions'
import { oneLine } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import type { Buildx } from '../builds/buildx'
import { BUILD_ERROR, findingsOf } from './check-answer'

const TIMEOUT_MS = 12_000
const SYNTAX = /^\s*(?:#|\/\/)\s*syntax\s*=/i
/** Of these BuildKit brings its own copy, which is asked instead. */
const OFFICIAL =
  /^\s*#\s*syntax\s*=\s*(?:docker\.io\/)?docker\/dockerfile(?::(?:1|latest|1\.\d+(?:\.\d+)?))?\s*$/i

const OUT_OF_REACH =
  /failed to do request|dial tcp|no such host|unreachable|timeout|deadline exceeded|connection re|x509|EOF/i

type Asked = Pick<BuildInput, 'context' | 'contextKind' | 'buildArgs' | 'target'> & { readonly text: string }

const without = (unavailable: string): DockerfileCheck => ({ findings: [], stopped: false, unavailable })

export async function checkDockerfile(
  buildx: Pick<Buildx, 'ask' | 'ownBuilder'>,
  asked: Asked,
  signal: AbortSignal
): Promise<DockerfileCheck> {
  if (asked.text.trim() === '') return { findings: [], stopped: false, unavailable: '' }
  const text = withOwnFrontend(asked.text)
  if (text === null || asked.buildArgs.some((one) => one.trim().startsWith('BUILDKIT_SYNTAX'))) {
    return without('it names a syntax of its own, which is not run before you build.')
  }
  const empty = await mkdtemp(join(tmpdir(), 'quayside-check-'))
  try {
    const folder = (await isFolder(asked)) ? asked.context : empty
    const args = checkArguments(buildx.ownBuilder, asked, folder)
    const { stdout, stderr } = await buildx.ask(args, { input: text, timeoutMs: TIMEOUT_MS }, signal)
    const found = findingsOf(stdout)
    if (found === null) return without(reasonIn(stderr))
    const obstacle = found.stopped ? obstacleIn(found.findings, text !== asked.text) : null
    return obstacle === null ? { ...found, unavailable: '' } : without(obstacle)
  } catch (thrown) {
    return without(inWords(toAppError(thrown)))
  } finally {
    await rm(empty, { recursive: true, force: true })
  }
}

function checkArguments(builder: string, { buildArgs, target }: Asked, folder: string): string[] {
  return [
    // Of the engine itself: the builder in use may have to be pulled and started first.
    ...['build', `--builder=${builder}`, '--call=check,format=json', '--progress=quiet'],
    ...buildArgs.map((one) => `--build-arg=${one}`),
    ...(target === '' ? [] : [`--target=${target}`]),
    ...['--file=-', folder]
  ]
}

/**
 * `# syntax=` has BuildKit pull a program and run it, which nobody asked for by typing. The official one is left out, for
 * BuildKit's own copy: an empty comment stands in, so that lines keep their numbers. null for any other, however it is
 * written; what BuildKit would not take for one is refused too.
 */
export function withOwnFrontend(text: string): string | null {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  const from = lines.findIndex((line) => !/^\s*(?:#|\/\/|$)/.test(line))
  const head = from < 0 ? lines : lines.slice(0, from)
  if (/^\s*\{/.test(lines[from] ?? '')) return null
  const named = head.filter((line) => SYNTAX.test(line))
  if (named.length === 0) return text
  if (!named.every((line) => OFFICIAL.test(line))) return null
  // Of the rest those that are directives have to stay at the beginning.
  const rest = lines.filter((line, index) => index >= head.length || !SYNTAX.test(line))
  const directives = directivesOf(rest.map((line) => line.replace(/\r$/, ''))).length
  return [...rest.slice(0, directives), ...named.map(() => '#'), ...rest.slice(directives)].join('\n')
}

async function isFolder({ context, contextKind }: Asked): Promise<boolean> {
  if (contextKind !== 'folder' || !isAbsolute(context)) return false
  const info = await stat(context).catch(() => null)
  return info?.isDirectory() === true
}

/** What says nothing of the Dockerfile: a registry that is out of reach, or BuildKit's own copy being older than the syntax named. */
function obstacleIn(findings: readonly CheckFinding[], otherSyntax: boolean): string | null {
  const said = findings.find(({ rule }) => rule === BUILD_ERROR)?.message ?? ''
  const [, image] = /^(\S+): failed to resolve source metadata/.exec(said) ?? []
  if (image !== undefined && OUT_OF_REACH.test(said)) return `the registry of ${image} cannot be reached.`
  return otherSyntax && /unknown (?:flag|instruction)/.test(said)
    ? 'it uses what only the syntax that it names knows.'
    : null
}

/** The last thing that buildx said, without the word it begins with. */
function reasonIn(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? ''
  const said = oneLine(last.replace(/^ERROR: /, ''))
  return said === '' ? 'the engine has none.' : said
}

function inWords({ code, message }: AppError): string {
  if (code === 'EngineNotRunning') return 'the engine does not run.'
  if (code === 'Deadline') return 'there was no answer in time. A registry may be out of reach.'
  return message
}
