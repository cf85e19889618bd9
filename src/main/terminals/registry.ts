/**
 * All terminal sessions of the app, whatever page is open: opens them, lists them, shows them, and sees to it that none
 * outlives the app. Handlers call it; main/application closes it.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import type {
  ExecOptions,
  SessionEnd,
  SessionOutput,
  TerminalSession,
  TerminalSize
} from '@shared/contract/exec'
import { envMistake } from '@shared/docker/run-options'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import { inspectContainer } from '../docker/containers'
import { findShells } from '../docker/shells'
import { WatchedCollection } from '../resources/watch'
import { openAttached } from './attach-link'
import { openExec, type Clients } from './exec-link'
import { Session, type SessionFacts } from './session'

/** Each holds up to two megabytes and a connection. */
const MAX_SESSIONS = 48
/** How long a process has to end after it was asked, and again after it was forced. */
const PATIENCE_MS = 3000
const QUIT_PATIENCE_MS = 1500

interface Entry {
  readonly session: Session
  /** What "Run again" repeats; null for the container's own terminal. */
  readonly options: ExecOptions | null
  /** It is about to go: its name is free. */
  closing: boolean
}

export class TerminalRegistry {
  readonly #clients: Clients
  readonly #entries = new Map<string, Entry>()
  readonly #watched = new WatchedCollection<TerminalSession>({ timing: { leadMs: 0, burstMs: 30 } })

  /** @param clients The engine in use at the time. */
  constructor(clients: Clients) {
    this.#clients = clients
    const read = (id: string) => this.#entries.get(id)?.session.info
    this.#watched.online({
      list: () => Promise.resolve([...this.#entries.values()].map(({ session }) => session.info)),
      byId: (ids) => Promise.resolve(ids.map(read).filter((info) => info !== undefined))
    })
  }

  watch(signal: AbortSignal): AsyncGenerator<Change<TerminalSession>, void, undefined> {
    return this.#watched.watch(signal)
  }

  /** The shells of a container, the one to prefer first. */
  async shells(id: string, signal: AbortSignal): Promise<string[]> {
    const client = await this.#clients()
    const { Config } = await inspectContainer(client, id, {}, signal)
    const path = Config.Env.find((line) => line.startsWith('PATH='))?.slice('PATH='.length)
    return await findShells(client, id, path, signal)
  }

  /** Runs a command in a container; answers the session's id. It may take the name of one that is about to go. */
  async open(options: ExecOptions, insteadOf?: string): Promise<string> {
    checkForm(options)
    this.#makeRoom()
    const Id = randomUUID()
    const link = await openExec(this.#clients, options, Id)
    const { id: containerId, command, user, workingDir } = options
    const name = this.#name(containerId, basename(command[0] ?? '') || 'exec', insteadOf)
    this.#add(
      new Session(
        {
          Id,
          containerId,
          kind: 'exec',
          name,
          command,
          user,
          workingDir,
          input: true,
          tty: true,
          startedAt: Date.now()
        },
        link
      ),
      options
    )
    return Id
  }

  /** Attaches to the container's own process. */
  async attach(containerId: string, size: TerminalSize, insteadOf?: string): Promise<string> {
    this.#makeRoom()
    const { link, input, tty } = await openAttached(this.#clients, containerId, size)
    const facts: SessionFacts = {
      Id: randomUUID(),
      containerId,
      kind: 'attach',
      name: this.#name(containerId, 'attach', insteadOf),
      command: [],
      user: '',
      workingDir: '',
      input,
      tty,
      startedAt: Date.now()
    }
    this.#add(new Session(facts, link), null)
    return facts.Id
  }

  /** The same once more; the session that ended goes. */
  async again(id: string, size: TerminalSize): Promise<string> {
    const { session, options } = this.#existing(id)
    const over = session.info.end !== null
    const insteadOf = over ? id : undefined
    const next =
      options === null
        ? await this.attach(session.facts.containerId, size, insteadOf)
        : await this.open({ ...options, size }, insteadOf)
    if (over) this.#remove(id)
    return next
  }

  view(
    id: string,
    from: number,
    signal: AbortSignal
  ): AsyncGenerator<SessionOutput, SessionEnd | null, undefined> {
    return this.#existing(id).session.view(from, signal)
  }

  async input(id: string, input: Uint8Array | TerminalSize): Promise<void> {
    const session = this.#entries.get(id)?.session
    // A size is not waited for: what is typed must not queue behind it.
    if (input instanceof Uint8Array) await session?.write(input)
    else void session?.resize(input)
  }

  /** Ends what runs in it and takes it off the list. Fails, and keeps it, when the process cannot be ended. */
  async close(id: string): Promise<void> {
    const entry = this.#existing(id)
    entry.closing = true
    if (!(await entry.session.close(PATIENCE_MS).finally(() => (entry.closing = false)))) {
      throw new AppError('Conflict', 'The process does not end.', {
        hint: 'No shell in the container could end it. It ends with the container.'
      })
    }
    this.#remove(id)
  }

  /** The app quits: what runs for a session ends, as far as it does so in a moment. */
  async closeAll(): Promise<void> {
    const open = [...this.#entries.values()].map(({ session }) => session)
    await Promise.all(open.map((session) => session.close(QUIT_PATIENCE_MS).catch(() => false)))
    for (const session of open) session.drop()
  }

  #add(session: Session, options: ExecOptions | null): void {
    const { Id } = session.facts
    this.#entries.set(Id, { session, options, closing: false })
    this.#watched.touch(Id)
    void session.ended.then(() => this.#watched.touch(Id))
  }

  #remove(id: string): void {
    this.#entries.get(id)?.session.drop()
    this.#entries.delete(id)
    this.#watched.remove(id)
  }

  #existing(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw new AppError('NotFound', 'There is no such terminal.', { hint: 'It has been closed.' })
  }

  /** `bash`, then `bash 2`: unique among the sessions of a container. */
  #name(containerId: string, base: string, insteadOf: string | undefined): string {
    const short = oneLine(base, 40)
    const taken = new Set(
      [...this.#entries.values()]
        .filter(({ closing }) => !closing)
        .map(({ session }) => session.facts)
        .filter((facts) => facts.containerId === containerId && facts.Id !== insteadOf)
        .map(({ name }) => name)
    )
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? short : `${short} ${n}`
      if (!taken.has(name)) return name
    }
  }

  #makeRoom(): void {
    if (this.#entries.size < MAX_SESSIONS) return
    const ended = [...this.#entries].find(([, { session }]) => session.info.end !== null)
    if (ended === undefined) {
      throw new AppError('Unavailable', 'Too many terminals are open.', {
        hint: 'Close one of them, also those of other containers.',
        retryable: false
      })
    }
    this.#remove(ended[0])
  }
}

function checkForm({ command, env, user, workingDir }: ExecOptions): void {
  const mistakes = [
    ...(command[0] === '' ? ['The command is empty.'] : []),
    ...([...command, user, workingDir].some((text) => text.includes('\0'))
      ? ['A NUL character cannot be part of it.']
      : []),
    ...env.map(envMistake).filter((mistake) => mistake !== null)
  ]
  if (mistakes[0] === undefined) return
  throw new AppError('InvalidParameter', mistakes[0], { hint: 'Correct the marked fields.' })
}
