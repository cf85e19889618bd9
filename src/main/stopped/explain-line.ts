/**
 * What a line of a log means for this container: its mounts, its user, its variables, the other containers. Used by
 * rules-log.ts, which knows the lines. Pure.
 */
import { containerName } from '@shared/docker/container'
import { START, type Evidence, type Finding } from './evidence'
import { runAgain } from './run-again'

/** The mount that holds a path; the innermost one. */
export function mountOf(path: string, { inspect }: Evidence) {
  return inspect.Mounts.filter(
    ({ Destination }) => path === Destination || path.startsWith(`${Destination.replace(/\/$/, '')}/`)
  )
    .sort((a, b) => a.Destination.length - b.Destination.length)
    .at(-1)
}

function userText({ inspect }: Evidence): string {
  return inspect.Config.User ? `user ${inspect.Config.User}` : 'its user'
}

export function permissionDenied(path: string, evidence: Evidence): Finding {
  const mount = path === '' ? undefined : mountOf(path, evidence)
  if (mount !== undefined) {
    const source = mount.Type === 'bind' ? mount.Source : `the volume ${mount.Name ?? mount.Source}`
    return {
      sentence:
        `${userText(evidence)} of the container may not use ${path}, which is ${mount.Type === 'bind' ? 'the host’s ' : ''}${source}.`.replace(
          /^./,
          (c) => c.toUpperCase()
        ),
      hint: 'Give the folder to the user the container runs as, or run it as the folder’s owner (-u).',
      actions: [START],
      command: mount.Type === 'bind' ? `sudo chown -R ${ownerWords(evidence)} ${mount.Source}` : null
    }
  }
  return {
    sentence:
      path === ''
        ? `The program was refused a permission it needs.`
        : `The program may not use ${path} as ${userText(evidence)}.`,
    hint: 'Change the file’s owner or mode in the image, or run the container as another user (-u).'
  }
}

/** `1000:1000` for numbers; a name is only known inside. */
function ownerWords({ inspect }: Evidence): string {
  const user = inspect.Config.User ?? ''
  return /^\d+(:\d+)?$/.test(user) ? user : '<uid>'
}

export function missingVariable(name: string, evidence: Evidence): Finding {
  const again = name === '' ? null : runAgain(evidence)
  return {
    sentence:
      name === ''
        ? 'A variable it needs is not set.'
        : `The variable ${name} is not set, and the program needs it.`,
    hint: 'Run the container again with the variable: a container’s environment cannot be changed afterwards.',
    actions:
      again === null
        ? []
        : [
            {
              type: 'run',
              label: `Run with ${name}`,
              options: {
                ...again.options,
                env: [
                  ...again.options.env.filter((line) => line !== name && !line.startsWith(`${name}=`)),
                  `${name}=`
                ]
              },
              leftOut: again.leftOut
            }
          ]
  }
}

export function missingFile(path: string, evidence: Evidence): Finding {
  const mount = mountOf(path, evidence)
  return {
    sentence: `The program needs the file ${path}, which is not in the container.`,
    hint:
      mount === undefined
        ? 'Put it into the image, or mount it: -v /your/file:' + path
        : `It would be in ${mount.Type === 'bind' ? mount.Source : `the volume ${mount.Name ?? ''}`}, which is mounted at ${mount.Destination}: put it there.`,
    actions: mount === undefined ? [] : [START]
  }
}

export function refused(where: string, evidence: Evidence): Finding {
  const host = where.replace(/:\d+$/, '')
  const local = /^(?:127\.|localhost$|::1|\[::1\])/.test(host)
  const other = evidence.others.find((one) => containerName(one) === host)
  return {
    sentence: `Nothing answered at ${where === '' ? 'the address it connects to' : where} (connection refused).`,
    hint: local
      ? 'Inside a container localhost is the container itself: use the other container’s name, or host.docker.internal for this machine.'
      : 'Start what it depends on first and check its address and port; with Compose, depends_on with a health check waits for it.',
    actions: [
      ...(other === undefined ? [] : [{ type: 'container' as const, id: other.Id, label: `Open ${host}` }]),
      START
    ]
  }
}

export function unknownHost(host: string, evidence: Evidence): Finding {
  const other = evidence.others.find((one) => containerName(one) === host)
  const mode = evidence.inspect.HostConfig.NetworkMode ?? ''
  const named = host === '' ? 'A host name' : `The host name “${host}”`
  if (mode === 'none')
    return {
      sentence: `${named} cannot be found: the container has no network.`,
      hint: 'Run it in a network (--network).'
    }
  if (other !== undefined) {
    return {
      sentence: `${named} cannot be found, though there is a container of that name: the two are not in one network of your own.`,
      hint: 'Containers find one another by name only in a network that was created for them, not in the default one.',
      actions: [{ type: 'container', id: other.Id, label: `Open ${host}` }, START],
      command: `docker network create app; docker network connect app ${evidence.name}; docker network connect app ${host}`
    }
  }
  return {
    sentence: `${named} cannot be found.`,
    hint: 'Check its spelling; the container of that name must run in the same network, a host outside needs a working DNS.',
    actions: [START]
  }
}

/** What a refused system call usually needs, by the word in front of the refusal. */
const CAPABILITIES: readonly (readonly [RegExp, string])[] = [
  [/chown/i, 'CHOWN'],
  [/\bmount|unshare|setns|pivot_root|swapon/i, 'SYS_ADMIN'],
  [/bind|listen/i, 'NET_BIND_SERVICE'],
  [/ping|raw socket/i, 'NET_RAW'],
  [/iptables|nft|RTNETLINK|ifconfig|\bip:/i, 'NET_ADMIN'],
  [/setuid|setgid|setgroups|\bsu\b/i, 'SETUID'],
  [/settime|\bdate\b/i, 'SYS_TIME'],
  [/nice|setpriority|sched_/i, 'SYS_NICE'],
  [/ptrace/i, 'SYS_PTRACE'],
  [/chroot/i, 'SYS_CHROOT'],
  [/mlock/i, 'IPC_LOCK'],
  [/mknod/i, 'MKNOD']
]

export function notPermitted(line: string, { inspect }: Evidence): Finding {
  const capability = CAPABILITIES.find(([word]) => word.test(line))?.[1]
  const dropped = (inspect.HostConfig.CapDrop ?? []).length > 0
  return {
    sentence: `The program did something containers are not allowed to${capability === undefined ? '' : ` (it needs the capability ${capability})`}.`,
    hint: `${dropped ? 'This container was made with capabilities taken away (--cap-drop). ' : ''}${
      capability === undefined
        ? 'Avoid it, or give the container the one capability it needs (--cap-add).'
        : `If you trust the program, run it with --cap-add ${capability}.`
    }`
  }
}

/** `db:5432` or `127.0.0.1:9` out of a sentence; empty when it names none. */
export function addressIn(line: string): string {
  return (
    /((?:\d{1,3}\.){3}\d{1,3}:\d+|\[[0-9a-f:]+\]:\d+|[\w.-]*[a-z][\w.-]*:\d{2,5})/i.exec(line)?.[1] ??
    /host \(([^)]+)\)/.exec(line)?.[1] ??
    ''
  )
}
