/** Why the engine could not start a container: rules over its own sentence. Each has a test on a real container. */
import { containerName, shortId } from '@shared/docker/container'
import { oneLine } from '@shared/docker/text'
import type { StopAction } from '@shared/contract/stop-report'
import { errorRule, START, type Evidence, type Finding, type Rule } from './evidence'
import { runAgain } from './run-again'
import type { RunDraft } from '@shared/contract/stop-report'

const SHELLS = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z|k)?sh$/

function runAction(
  evidence: Evidence,
  label: string,
  change: (options: RunDraft) => Partial<RunDraft>
): StopAction[] {
  const again = runAgain(evidence)
  if (again === null) return []
  const options = { ...again.options, ...change(again.options) }
  return [{ type: 'run', label, options, leftOut: again.leftOut }]
}

/** The host port in `failed to bind host port 0.0.0.0:8080/tcp` or `Bind for [::]:8080 failed`. */
export function hostPortIn(error: string): number | null {
  const where = /(?:Bind for|bind host port(?: for)?|listen (?:tcp|udp|sctp)[46]?) (\S+)/.exec(error)?.[1]
  const port =
    where === undefined ? undefined : /:(\d{1,5})(?:\D|$)/.exec(where.replace(/^\[[^\]]*\]/, ''))?.[1]
  return port === undefined ? null : Number(port)
}

/** `ports` with the host port replaced by the next one that no container publishes. */
function otherPort(ports: readonly string[], taken: number, { others }: Evidence): string[] {
  const used = new Set(others.flatMap((other) => other.Ports.map((port) => port.PublicPort)))
  let free = taken + 1
  while (used.has(free) && free < 65535) free += 1
  return ports.map((spec) => spec.replace(new RegExp(`(^|:)${taken}:`), `$1${Math.min(free, 65535)}:`))
}

function portTaken(match: RegExpExecArray, evidence: Evidence): Finding {
  const port = hostPortIn(match.input)
  const holder = evidence.others.find((other) =>
    other.Ports.some(({ PublicPort = null }) => PublicPort !== null && PublicPort === port)
  )
  const named = port === null ? 'A port it publishes' : `Port ${port}`
  const other =
    port === null
      ? []
      : runAction(evidence, 'Run with another port', ({ ports }) => ({
          ports: otherPort(ports, port, evidence)
        }))
  if (holder !== undefined) {
    const name = containerName(holder)
    return {
      sentence: `${named} is already published by the container ${name}.`,
      hint: `Stop ${name}, or run this one with another host port.`,
      actions: [{ type: 'container', id: holder.Id, label: `Open ${name}` }, ...other]
    }
  }
  return {
    sentence: `${named} is already in use by another program on this machine.`,
    hint: 'Stop that program, or run this container with another host port. The command shows which program it is.',
    actions: [...other, START],
    command: port === null ? null : `sudo ss -ltnup 'sport = :${port}'`
  }
}

function commandMissing(command: string, evidence: Evidence): Finding {
  if (/\s/.test(command)) {
    return {
      sentence: `The image has no command “${oneLine(command, 120)}”: the whole line was taken as one word.`,
      hint: 'Give the command and its arguments as separate words, or run them by a shell: sh -c "…".',
      actions: runAction(evidence, 'Run with separate words', () => ({
        command: command.trim().split(/\s+/)
      }))
    }
  }
  if (SHELLS.test(command)) {
    return {
      sentence: `The image has no shell “${command}”.`,
      hint: 'Small images often have none, or only sh. Run the program itself, without a shell.',
      actions: runAction(evidence, 'Run with another command', () => ({ command: [] }))
    }
  }
  return {
    sentence: `The image has no command “${oneLine(command, 120)}”.`,
    hint: 'Check its spelling and that it is installed in the image, in a folder of PATH or by its full path.',
    actions: runAction(evidence, 'Run with another command', () => ({}))
  }
}

const commandRules: readonly Rule[] = [
  errorRule(
    'command-not-found',
    /exec: "((?:[^"\\]|\\.)*)": (?:executable file not found|stat .*no such file or directory)/,
    (m, evidence) => commandMissing(m[1] ?? '', evidence)
  ),
  errorRule('not-executable', /exec: "((?:[^"\\]|\\.)*)": (?:permission denied|is a directory)/, (m) => ({
    sentence: `“${oneLine(m[1] ?? '', 120)}” is there but cannot be executed.`,
    hint: 'It is a folder, or a file without the permission to execute: chmod +x it before it goes into the image.'
  })),
  errorRule(
    'working-directory',
    /(?:chdir to cwd \("((?:[^"\\]|\\.)*)"\)[^:]*|mkdir (\S+)): (permission denied|no such file|not a directory|read-only)/,
    (m) => ({
      sentence: `Its working directory ${m[1] ?? m[2] ?? ''} cannot be entered: ${m[3] === 'no such file' ? 'it is not there' : (m[3] ?? '')}.`,
      hint: 'Use another working directory (-w), or a user who may enter it (-u).'
    })
  ),
  errorRule('user-not-found', /unable to find (user|group) ([^:]*):/, (m) => ({
    sentence: `The image has no ${m[1] ?? 'user'} “${m[2] ?? ''}”.`,
    hint: `Use one that the image’s ${m[1] === 'group' ? '/etc/group' : '/etc/passwd'} knows, or a number: a numeric id needs no entry.`
  }))
]

const networkRules: readonly Rule[] = [
  errorRule('port-in-use', /port is already allocated|address already in use/, portTaken),
  errorRule('network-gone', /network (\S+) not found/, (m) => ({
    sentence: `The network ${shortName(m[1])} it belongs to does not exist any more.`,
    hint: 'Create the network again under this name, or run the container in another one.',
    actions: [START],
    command: /^[0-9a-f]{64}$/.test(m[1] ?? '') ? null : `docker network create ${m[1] ?? ''}`
  })),
  errorRule(
    'network-container-gone',
    /cannot join network (?:namespace )?of a non running container: (?:container )?(\S+)|No such container: ([0-9a-f]+)/,
    (m, { others }) => {
      const wanted = m[1] ?? m[2] ?? ''
      const other = others.find((one) => one.Id.startsWith(wanted) || containerName(one) === wanted)
      const name = other === undefined ? shortName(wanted) : containerName(other)
      return {
        sentence: `It shares the network of the container ${name}, which ${other === undefined ? 'is gone' : 'does not run'}.`,
        hint:
          other === undefined
            ? 'Create it again with a network of its own.'
            : `Start ${name} first, then this one.`,
        actions:
          other === undefined ? [] : [{ type: 'container', id: other.Id, label: `Open ${name}` }, START]
      }
    }
  )
]

const mountRules: readonly Rule[] = [
  errorRule(
    'mount-wrong-kind',
    /error mounting "([^"]*)" to rootfs at "([^"]*)".*(?:not a directory|Are you trying to mount a directory)/,
    (m) => ({
      sentence: `${m[1] ?? 'The source'} and ${m[2] ?? 'its target'} are not both folders or both files, so one cannot be mounted on the other.`,
      hint: 'Often the file is missing on this machine and Docker made an empty folder of that name: remove the folder, put the file there, start again.',
      actions: [START]
    })
  ),
  errorRule('mount-source-missing', /bind source path does not exist: (.*)$/, (m) => ({
    sentence: `The host folder ${m[1] ?? ''} that it mounts does not exist.`,
    hint: 'Create it, then start the container again.',
    actions: [START],
    command: `mkdir -p ${m[1] ?? ''}`
  })),
  errorRule('volume-mount', /error while mounting volume '([^']*)': (.*)$/, (m) => ({
    sentence: `A volume could not be mounted: ${oneLine(m[2] ?? '', 300).replace(/^failed to mount local volume: /, '')}.`,
    hint: 'Check the options the volume was created with (docker volume inspect): address, path, file system.',
    actions: [START]
  })),
  errorRule('mount-failed', /error mounting "([^"]*)" to rootfs at "([^"]*)": (.*)$/, (m) => ({
    sentence: `${m[1] ?? ''} could not be mounted at ${m[2] ?? ''}: ${oneLine((m[3] ?? '').replace(/^.*: /, ''), 200)}.`,
    hint: 'Check that the source exists and that the target is not inside something read-only.',
    actions: [START]
  }))
]

const limitRules: readonly Rule[] = [
  errorRule('device-missing', /(?:adding custom device|device node) "([^"]+)"/, (m) => ({
    sentence: `The device ${m[1] ?? ''} it wants is not on this machine.`,
    hint: 'Plug it in or load its driver, or run the container without that device.',
    actions: [START]
  })),
  errorRule('gpu-missing', /could not select device driver "[^"]*" with capabilities: \[\[(\w+)/, (m) => ({
    sentence: `It asks for a ${(m[1] ?? 'gpu').toUpperCase()}, and this engine has no driver that gives one.`,
    hint: 'Install the maker’s container toolkit (for NVIDIA: nvidia-container-toolkit) and restart the engine, or run without --gpus.'
  })),
  errorRule(
    'bad-sysctl',
    /(?:open \/proc\/sys\/(\S+):|write sysctl key (\S+):|sysctl "?([\w.]+)"? is not)/,
    (m) => ({
      sentence: `The kernel setting ${(m[1] ?? m[2] ?? m[3] ?? '').replaceAll('/', '.')} cannot be set here.`,
      hint: 'It does not exist in this kernel, or it belongs to the whole machine: leave out that --sysctl.'
    })
  ),
  errorRule(
    'bad-ulimit',
    /setting rlimits?(?: for ready process: error setting rlimit)? type (\d+)|setting rlimit/,
    () => ({
      sentence: 'A limit it asks for (--ulimit) is higher than this machine allows.',
      hint: 'Lower it: nofile cannot exceed the kernel’s fs.nr_open.'
    })
  ),
  errorRule(
    'memory-limit-too-low',
    /OOM-killed \(memory limit too low|cannot allocate memory/,
    (_, { name, inspect }) => ({
      sentence: 'Its memory limit is too low even to start.',
      hint: 'Raise the limit; a few megabytes are needed before the program begins.',
      actions: [START],
      command: raiseMemory(name, inspect.HostConfig.Memory ?? 0)
    })
  ),
  errorRule('file-descriptors', /too many open files/i, () => ({
    sentence: 'It may open too few files (--ulimit nofile) to be started.',
    hint: 'Run it with a higher limit, for example --ulimit nofile=1024.'
  })),
  errorRule('disk-full', /no space left on device|disk quota exceeded/i, () => ({
    sentence: 'The engine’s disk is full.',
    hint: 'Free space: stopped containers, the build cache, unused images. Then start it again.',
    actions: [START],
    command: 'docker system df'
  })),
  errorRule('wrong-architecture', /exec format error/, (_, evidence) => formatError(evidence, '')),
  errorRule('read-only', /read-only file system/i, () => ({
    sentence: 'Docker must create something in a file system that is read-only.',
    hint: 'A mount’s target has to exist already when the container is read-only.'
  }))
]

/** The engine's own sentence, for what no rule knows. */
const unknownError: Rule = errorRule('not-started', /\S/, (m) => ({
  sentence: `Docker could not start it: ${shortError(m.input)}`,
  hint: 'Correct what the sentence names, then start it again.',
  actions: [START]
}))

export const START_RULES: readonly Rule[] = [
  ...commandRules,
  ...networkRules,
  ...mountRules,
  ...limitRules,
  unknownError
]

/** `docker update` with twice the limit, at least 64 MiB. */
export function raiseMemory(name: string, bytes: number): string {
  const megabytes = Math.max(64, Math.ceil((bytes * 2) / (1024 * 1024)))
  return `docker update --memory ${megabytes}m --memory-swap ${megabytes}m ${name} && docker start ${name}`
}

/** A file that the kernel cannot execute: another architecture's, or a script without its first line. */
export function formatError({ image, engineArch, inspect }: Evidence, path: string): Finding {
  const own = image?.Architecture ?? ''
  const file = path === '' ? 'Its program' : path
  if (own !== '' && engineArch !== '' && own !== engineArch) {
    const platform = `${image?.Os ?? 'linux'}/${engineArch}`
    return {
      sentence: `The image is for ${own} processors, and this engine runs on ${engineArch}.`,
      hint: 'Pull the image for this platform and run it again.',
      command: `docker pull --platform ${platform} ${inspect.Config.Image}`
    }
  }
  return {
    sentence: `${file} cannot be executed by this processor (${engineArch === '' ? 'exec format error' : engineArch}): it is built for another one, or it is a script without a first line that names its interpreter.`,
    hint: 'A script begins with #!/bin/sh; a program has to be built for this platform.'
  }
}

function shortName(name: string | undefined): string {
  return /^[0-9a-f]{64}$/.test(name ?? '') ? shortId(name ?? '') : (name ?? '')
}

/** Without the chain of prefixes that runc, containerd and dockerd put in front. */
function shortError(error: string): string {
  const last = error.replace(
    /^(?:failed to create (?:shim )?task(?: for container)?: |OCI runtime create failed: |runc create failed: |unable to start container process: |error during container init: )+/,
    ''
  )
  return oneLine(last, 400)
}
