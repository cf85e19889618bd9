/**
 * Ending an exec'd process for good. The engine leaves it running when its connection closes and has no call to signal it,
 * so a second exec does it, in a shell of the same container, as the same user (docs/decisions/0411).
 */
import type { DockerClient } from '../docker/client'
import { execDetached } from '../docker/exec'

/** Carries the session's own id; terminals have set this variable for long, and it is what the process is found by. */
export const MARKER = 'TERM_SESSION_ID'

/**
 * Finds the process that was started with the marker and leads a session with a terminal, but whose parent is not one of
 * the marked itself (a shell inside tmux is none of ours), and signals it. The kernel hangs up on the rest of its terminal
 * when it ends; KILL takes all of it. Builtins only: the image may have no other tool than this shell. $1 is the marker,
 * $2 the signal.
 */
const SCRIPT = `
emulate sh 2>/dev/null
mark=$1 sig=$2
marked() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"$mark"*) return 0 ;; esac
  done 2>/dev/null <"/proc/$1/environ"
  return 1
}
fields() { ppid=$2 sid=$4 tty=$5; }
look() {
  pid=\${1#/proc/}
  [ "$pid" != "$$" ] && IFS= read -r stat <"$1/stat" && fields \${stat##*) }
} 2>/dev/null
rest() {
  for other in /proc/[0-9]*; do
    look "$other" && [ "$sid" = "$1" ] && [ "$pid" != "$1" ] && kill -s "$sig" "$pid"
  done
}
for dir in /proc/[0-9]*; do
  look "$dir" && [ "$sid" = "$pid" ] && [ "$tty" != 0 ] && marked "$pid" || continue
  leader=$pid
  marked "$ppid" && continue
  kill -s "$sig" "$leader"
  # The leader first: it could start what is ended anew.
  if [ "$sig" = KILL ]; then rest "$leader"; else kill -s CONT "$leader"; fi
done 2>/dev/null
exit 0
`

export interface Target {
  readonly containerId: string
  readonly user: string
  readonly marker: string
  /** The path of a shell in the container. */
  readonly shell: string
}

/** Hangs up on the process, as closing a terminal's window does; KILL when that was not enough. */
export async function signalProcess(client: DockerClient, target: Target, signal: 'HUP' | 'KILL') {
  await execDetached(client, target.containerId, {
    command: [target.shell, '-c', SCRIPT, 'sh', `${MARKER}=${target.marker}`, signal],
    user: target.user,
    // The container's own may have been removed meanwhile.
    workingDir: '/',
    env: []
  })
}

/** Where there is no shell: interrupt, quit and end of input, as typed at the terminal. */
export const ENDING_KEYS = Uint8Array.of(0x03, 0x1c, 0x04)
