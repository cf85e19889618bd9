/**
 * The run dialog's form: checked field by field, then translated into what the Engine API wants. Pure, so the page checks
 * while the user types and main checks again before anything is sent.
 */
import type { RunOptions } from '../contract/containers'
import type { FieldError } from './field-error'
import { containerNameError } from './names'
import { parsePublish, type PortBinding } from './ports'
import { parseReference } from './reference'
import { bindMount, parseVolume, type BindMount, type VolumeSpec } from './volumes'

export type RunField = keyof RunOptions
export type RunFieldError = FieldError<RunField>

/** The body of `POST /containers/create`; `docker run -d` sends these fields for the same options. */
export interface CreateBody {
  readonly Image: string
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>
  readonly HostConfig: {
    readonly PortBindings?: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    >
    readonly Binds?: readonly string[]
    readonly Mounts?: readonly BindMount[]
  }
}

export type RunResult =
  | {
      readonly ok: true
      readonly name: string
      readonly body: CreateBody
      readonly ports: readonly PortBinding[]
    }
  | { readonly ok: false; readonly errors: readonly RunFieldError[] }

/** The kernel's limit for one argument or variable (MAX_ARG_STRLEN): a longer one starts but nothing can be executed. */
const MAX_STRING_BYTES = 131_072

/** Checks every field and builds the request. All mistakes are reported, in the order of the form. */
export function buildRun(options: RunOptions): RunResult {
  const ports = checkedPorts(options.ports)
  const volumes = checkedVolumes(options.volumes)
  const errors: RunFieldError[] = [
    ...imageErrors(options.image),
    ...nameErrors(options.name),
    ...commandErrors(options.command),
    ...ports.errors,
    ...envErrors(options.env),
    ...volumes.errors
  ]
  if (errors.length > 0) return { ok: false, errors }
  return {
    ok: true,
    name: options.name,
    body: createBody(options, ports.list, volumes.list),
    ports: ports.list
  }
}

function createBody(
  options: RunOptions,
  ports: readonly PortBinding[],
  volumes: readonly VolumeSpec[]
): CreateBody {
  const anonymous = volumes.filter((volume) => volume.type === 'anonymous')
  const named = volumes.filter((volume) => volume.type !== 'anonymous')
  // A bind (`-v`) makes a missing host folder, owned by root; a mount (`--mount`) is refused, so that the user can be asked.
  const mounts = options.createFolders ? [] : named.flatMap((volume) => bindMount(volume) ?? [])
  const binds = named.filter((volume) => options.createFolders || bindMount(volume) === null).map(bindText)
  return {
    Image: options.image,
    ...(options.command.length > 0 ? { Cmd: options.command } : {}),
    ...(options.env.length > 0 ? { Env: options.env } : {}),
    ...(ports.length > 0
      ? { ExposedPorts: Object.fromEntries(ports.map((port) => [port.containerPort, {}])) }
      : {}),
    ...(anonymous.length > 0
      ? { Volumes: Object.fromEntries(anonymous.map((volume) => [volume.target, {}])) }
      : {}),
    HostConfig: {
      ...(ports.length > 0 ? { PortBindings: portMap(ports) } : {}),
      ...(binds.length > 0 ? { Binds: binds } : {}),
      ...(mounts.length > 0 ? { Mounts: mounts } : {})
    }
  }
}

function bindText(volume: VolumeSpec): string {
  const base = `${volume.source}:${volume.target}`
  return volume.options === '' ? base : `${base}:${volume.options}`
}

function portMap(ports: readonly PortBinding[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const map: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const { containerPort, hostIp, hostPort } of ports) {
    const list = (map[containerPort] ??= [])
    list.push({ HostIp: hostIp, HostPort: hostPort })
  }
  return map
}

function imageErrors(image: string): RunFieldError[] {
  const result = parseReference(image)
  if (result.ok) return []
  // An id of a local image works as well; the engine settles short ones.
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(image)) return []
  const { message, suggestion } = result
  return [{ field: 'image', message, ...(suggestion === undefined ? {} : { suggestion }) }]
}

function nameErrors(name: string): RunFieldError[] {
  const message = containerNameError(name)
  return message === null ? [] : [{ field: 'name', message }]
}

function commandErrors(command: readonly string[]): RunFieldError[] {
  return command.flatMap((word, index): RunFieldError[] => {
    const message = stringMistake(word, 'An argument')
    return message === null ? [] : [{ field: 'command', index, message }]
  })
}

function envErrors(env: readonly string[]): RunFieldError[] {
  return env.flatMap((text, index): RunFieldError[] => {
    const message = envMistake(text)
    return message === null ? [] : [{ field: 'env', index, message }]
  })
}

/** What is wrong with an environment entry; null when nothing is. */
export function envMistake(text: string): string | null {
  if (text === '' || text.startsWith('=')) return 'A variable needs a name: KEY=value.'
  // The CLI would take the value of its own environment here; an app has none the user knows.
  if (!text.includes('=')) return `Write ${text}=value; for an empty value ${text}=.`
  return stringMistake(text, 'A variable')
}

function stringMistake(text: string, what: string): string | null {
  if (text.includes('\0')) return `${what} holds no NUL character.`
  return utf8Length(text) >= MAX_STRING_BYTES ? `${what} has less than 128 KiB.` : null
}

/** Bytes in UTF-8; neither TextEncoder nor Buffer is there in every place this file runs. */
function utf8Length(text: string): number {
  let bytes = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

function checkedPorts(specs: readonly string[]): { list: PortBinding[]; errors: RunFieldError[] } {
  const list: PortBinding[] = []
  const errors: RunFieldError[] = []
  const taken = new Set<string>()
  specs.forEach((spec, index) => {
    const result = parsePublish(spec)
    if (!result.ok) {
      errors.push({ field: 'ports', index, message: result.message })
      return
    }
    for (const binding of result.bindings) {
      const protocol = binding.containerPort.split('/')[1] ?? ''
      const key = `${binding.hostIp}|${binding.hostPort}/${protocol}`
      if (/^\d+$/.test(binding.hostPort) && taken.has(key)) {
        errors.push({ field: 'ports', index, message: `Host port ${binding.hostPort} is published twice.` })
        return
      }
      taken.add(key)
      list.push(binding)
    }
  })
  return { list, errors }
}

function checkedVolumes(specs: readonly string[]): { list: VolumeSpec[]; errors: RunFieldError[] } {
  const list: VolumeSpec[] = []
  const errors: RunFieldError[] = []
  const targets = new Set<string>()
  specs.forEach((spec, index) => {
    const result = parseVolume(spec)
    if (!result.ok) errors.push({ field: 'volumes', index, message: result.message })
    else if (targets.has(result.volume.target)) {
      errors.push({ field: 'volumes', index, message: `${result.volume.target} is mounted twice.` })
    } else {
      targets.add(result.volume.target)
      list.push(result.volume)
    }
  })
  return { list, errors }
}
