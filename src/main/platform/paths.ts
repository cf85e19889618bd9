/**
 * Every folder and file Quayside uses, all below one root. Called once by main/index.ts and by tests; pure but for
 * `makeFolders`. It must not create anything else, and nothing else in main may invent a path.
 */
import { chmodSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import { AppError } from '@shared/errors'
import { makeFolder } from './files'

export interface Paths {
  readonly root: string
  readonly settingsFile: string
  /** Registries that were added by their address. */
  readonly registriesFile: string
  /** Logins that no credential helper could keep, encrypted by the system. */
  readonly loginsFile: string
  readonly logsDir: string
  readonly appLog: string
  readonly engineLog: string
  /** Chromium's profile (Electron's userData). */
  readonly electronDir: string
  readonly screenshotsDir: string
  /** Indexes of image layers; they can be deleted at any time and are made again. */
  readonly imageIndexDir: string
  /** DOCKER_CONFIG for the bundled CLI's own state; the user's ~/.docker stays the source of contexts and logins. */
  readonly cliDir: string
  readonly engineDir: string
  /** dockerd's data root; nothing below it is ever deleted by Quayside. */
  readonly engineDataDir: string
  /** Our daemon.json. */
  readonly engineConfig: string
  /** What lives no longer than the machine is up: socket, pid files, exec root. */
  readonly runDir: string
  /** The engine's socket; on Windows a named pipe. */
  readonly socket: string
  readonly execRoot: string
  readonly pidFile: string
  /** What we wrote down about the engine we started, to adopt it after a crash of the app. */
  readonly engineRecord: string
  /** rootlesskit's state folder. */
  readonly rootlessDir: string
}

/** The longest path a unix socket can be bound to, in bytes (sun_path without its NUL). */
export const MAX_SOCKET_BYTES = 107
/** containerd refuses sockets above 104 bytes, and puts `/containerd/containerd-debug.sock` below the exec root. */
export const MAX_EXEC_ROOT_BYTES = 104 - '/containerd/containerd-debug.sock'.length

type Env = Readonly<Record<string, string | undefined>>

/** The folder that holds everything: QUAYSIDE_HOME, or where the platform wants an app's data. */
export function resolveRoot(
  env: Env,
  platform: NodeJS.Platform,
  homeDir: string,
  cwd = process.cwd()
): string {
  const path = platform === 'win32' ? win32 : posix
  const wanted = env['QUAYSIDE_HOME']
  if (wanted) return path.resolve(cwd, wanted)
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] || path.join(homeDir, 'AppData', 'Local'), 'Quayside')
  }
  if (platform === 'darwin') return path.join(homeDir, 'Library', 'Application Support', 'Quayside')
  // The XDG specification says that a relative value is to be ignored.
  const data = env['XDG_DATA_HOME']
  return path.join(data && path.isAbsolute(data) ? data : path.join(homeDir, '.local', 'share'), 'quayside')
}

/** All paths, without touching the disk. A root too long for the engine's sockets is `InvalidParameter`. */
export function resolvePaths(
  env: Env,
  platform: NodeJS.Platform,
  homeDir: string,
  cwd = process.cwd()
): Paths {
  const path = platform === 'win32' ? win32 : posix
  const root = resolveRoot(env, platform, homeDir, cwd)
  const below = (...names: readonly string[]): string => path.join(root, ...names)
  const paths: Paths = {
    root,
    settingsFile: below('settings.json'),
    registriesFile: below('registries.json'),
    loginsFile: below('logins.json'),
    logsDir: below('logs'),
    appLog: below('logs', 'quayside.log'),
    engineLog: below('logs', 'engine.log'),
    electronDir: below('electron'),
    screenshotsDir: below('screenshots'),
    imageIndexDir: below('cache', 'images'),
    cliDir: below('cli'),
    engineDir: below('engine'),
    engineDataDir: below('engine', 'data'),
    engineConfig: below('engine', 'daemon.json'),
    runDir: below('run'),
    socket: platform === 'win32' ? '//./pipe/quayside_engine' : below('run', 'docker.sock'),
    execRoot: below('run', 'exec'),
    pidFile: below('run', 'docker.pid'),
    engineRecord: below('run', 'engine.json'),
    rootlessDir: below('run', 'rk')
  }
  const problem = pathProblem(paths, platform)
  if (problem !== null) throw problem
  return paths
}

/** What is wrong with the length of the paths, or null. */
export function pathProblem(paths: Paths, platform: NodeJS.Platform): AppError | null {
  if (platform === 'win32') return null
  const limits = [
    { path: paths.socket, limit: MAX_SOCKET_BYTES },
    { path: paths.execRoot, limit: MAX_EXEC_ROOT_BYTES },
    // rootlesskit and slirp4netns bind sockets with short names here (api.sock, .s4nn.sock).
    { path: `${paths.rootlessDir}/.s4nn.sock`, limit: MAX_SOCKET_BYTES }
  ]
  for (const { path, limit } of limits) {
    const bytes = Buffer.byteLength(path)
    if (bytes <= limit) continue
    const longestRoot = limit - (bytes - Buffer.byteLength(paths.root))
    return new AppError(
      'InvalidParameter',
      `Quayside's folder ${paths.root} has too long a path for the engine's sockets.`,
      {
        hint:
          `The path has ${Buffer.byteLength(paths.root)} bytes, at most ${longestRoot} are possible. ` +
          'Set QUAYSIDE_HOME to a folder with a shorter path and start Quayside again.',
        details: { kind: 'path-too-long', path, bytes, limit }
      }
    )
  }
  return null
}

/** Creates the folders Quayside writes to, for this user only (0700). Failures are AppErrors. */
export function makeFolders(paths: Paths): void {
  const folders = [paths.root, paths.logsDir, paths.cliDir, paths.engineDir, paths.runDir]
  for (const folder of folders) {
    try {
      makeFolder(folder)
      chmodSync(folder, 0o700)
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code
      throw new AppError(
        code === 'EACCES' || code === 'EPERM' ? 'Forbidden' : 'System',
        folderSentence(folder, code),
        {
          hint: 'Check who owns it and that its disk is writable, or set QUAYSIDE_HOME to another folder.',
          details: { path: folder, reason: code },
          cause
        }
      )
    }
  }
}

function folderSentence(folder: string, code: string | undefined): string {
  const why: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
    ENOTDIR: 'something on the way is a file',
    EEXIST: 'a file is in its place'
  }
  return `Quayside cannot use the folder ${folder}: ${why[code ?? ''] ?? code ?? 'unknown reason'}.`
}

/** Where the bundled engine is: inside the packaged app, or in the repository's `resources/engine`. */
export function resolveBundleDir(where: {
  readonly packagedResources?: string | undefined
  readonly repository?: string | undefined
  readonly platform: NodeJS.Platform
  readonly arch: string
}): string {
  const path = where.platform === 'win32' ? win32 : posix
  if (where.packagedResources !== undefined) return path.join(where.packagedResources, 'engine')
  return path.join(
    where.repository ?? process.cwd(),
    'resources',
    'engine',
    `${where.platform}-${where.arch}`
  )
}
