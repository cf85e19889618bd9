/** What the fake engine holds and how its verbs change it, with the events and the refusals of a real engine. */
import { fakeId, type FakeContainer, type FakeImage } from './fixtures'

/** A refusal with the status and words of the engine. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface FakeEvent {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local'
  readonly time: number
  readonly timeNano: number
}

export class FakeState {
  readonly containers: Map<string, FakeContainer>
  readonly images: Map<string, FakeImage>
  /** Streams of samples that are open now. */
  statsStreams = 0
  readonly #listeners = new Set<(event: FakeEvent) => void>()
  readonly #past: FakeEvent[] = []
  #made = 0

  constructor(containers: readonly FakeContainer[], images: readonly FakeImage[]) {
    this.containers = new Map(containers.map((container) => [container.Id, container]))
    this.images = new Map(images.map((image) => [image.Id, image]))
  }

  /** The last 256 events at or after `since`, then those to come. Answers how to stop. */
  subscribe(since: number | null, listener: (event: FakeEvent) => void): () => void {
    if (since !== null) for (const event of this.#past) if (event.time >= since) listener(event)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(Type: string, Action: string, ID: string, Attributes: Record<string, string> = {}): void {
    const now = Date.now()
    const event = {
      Type,
      Action,
      Actor: { ID, Attributes },
      scope: 'local' as const,
      time: Math.floor(now / 1000),
      timeNano: now * 1e6
    }
    this.#past.push(event)
    if (this.#past.length > 256) this.#past.shift()
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** By id, unique prefix or name, as the engine finds one. */
  container(name: string): FakeContainer {
    const exact = this.containers.get(name)
    if (exact !== undefined) return exact
    for (const one of this.containers.values()) {
      if (one.Name === name || (name.length >= 4 && one.Id.startsWith(name))) return one
    }
    throw new Refusal(404, `No such container: ${name}`)
  }

  image(name: string): FakeImage {
    const tagged = name.includes(':') ? name : `${name}:latest`
    for (const one of this.images.values()) {
      if (one.Id === name || one.Id === `sha256:${name}` || one.RepoTags.includes(tagged)) return one
    }
    throw new Refusal(404, `No such image: ${tagged}`)
  }

  create(
    name: string,
    body: { Image?: string; Cmd?: string[]; Env?: string[]; Labels?: Record<string, string> }
  ): FakeContainer {
    const image = this.image(body.Image ?? '')
    const taken = [...this.containers.values()].find((one) => one.Name === name)
    if (taken !== undefined) {
      throw new Refusal(
        409,
        `Conflict. The container name "/${name}" is already in use by container "${taken.Id}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.'
      )
    }
    this.#made += 1
    const container: FakeContainer = {
      Id: fakeId('c', 0xe000_0000 + this.#made),
      Name: name === '' ? `made_${this.#made}` : name,
      Image: body.Image ?? '',
      ImageID: image.Id,
      Command: (body.Cmd ?? ['sh']).join(' '),
      Created: Math.floor(Date.now() / 1000),
      State: 'created',
      ExitCode: 0,
      Labels: body.Labels ?? {},
      Env: body.Env ?? [],
      Ports: [],
      StartedAt: '0001-01-01T00:00:00Z',
      SizeRw: 0
    }
    this.containers.set(container.Id, container)
    this.#containerEvent('create', container)
    return container
  }

  /** Answers false when it ran already (304). */
  start(container: FakeContainer): boolean {
    if (container.State === 'running') return false
    if (container.State === 'paused')
      throw new Refusal(409, 'cannot start a paused container, try unpause instead')
    this.#network('connect', container)
    this.#update(container, { State: 'running', StartedAt: new Date().toISOString() })
    this.#containerEvent('start', container)
    return true
  }

  /** Answers false when it was stopped already (304). */
  stop(container: FakeContainer, exitCode = 137): boolean {
    if (container.State !== 'running' && container.State !== 'paused') return false
    this.#containerEvent('kill', container, { signal: '15' })
    this.#update(container, { State: 'exited', ExitCode: exitCode, Ports: [] })
    this.#containerEvent('die', container, { exitCode: String(exitCode) })
    this.#network('disconnect', container)
    this.#containerEvent('stop', container)
    return true
  }

  restart(container: FakeContainer): void {
    this.stop(container)
    this.start(container)
    this.#containerEvent('restart', container)
  }

  pause(container: FakeContainer): void {
    if (container.State === 'paused') throw new Refusal(409, `Container ${container.Id} is already paused`)
    if (container.State !== 'running') throw new Refusal(409, `Container ${container.Id} is not running`)
    this.#update(container, { State: 'paused' })
    this.#containerEvent('pause', container)
  }

  unpause(container: FakeContainer): void {
    if (container.State !== 'paused') throw new Refusal(500, `Container ${container.Id} is not paused`)
    this.#update(container, { State: 'running' })
    this.#containerEvent('unpause', container)
  }

  remove(container: FakeContainer, force: boolean): void {
    if (container.State === 'running' || container.State === 'paused') {
      if (!force) {
        throw new Refusal(
          409,
          `cannot remove container "${container.Name}": container is ${container.State}: ` +
            'stop the container before removing or force remove'
        )
      }
      this.stop(container)
    }
    this.containers.delete(container.Id)
    this.#containerEvent('destroy', container)
  }

  rename(container: FakeContainer, name: string): void {
    this.#update(container, { Name: name })
    this.#containerEvent('rename', { ...container, Name: name })
  }

  /** Untags, and deletes the image with its last tag. */
  removeImage(name: string): { Untagged?: string; Deleted?: string }[] {
    const image = this.image(name)
    const user = [...this.containers.values()].find((one) => one.ImageID === image.Id)
    if (user !== undefined && image.RepoTags.length <= 1) {
      throw new Refusal(
        409,
        `conflict: unable to remove repository reference "${name}" (must force) - ` +
          `container ${user.Id.slice(0, 12)} is using its referenced image ${image.Id.slice(7, 19)}`
      )
    }
    const untagged = image.RepoTags.filter((tag) => image.Id === name || tag === name)
    const left = image.RepoTags.filter((tag) => !untagged.includes(tag))
    if (left.length > 0) this.images.set(image.Id, { ...image, RepoTags: left })
    else this.images.delete(image.Id)
    for (const tag of untagged) this.emit('image', 'untag', image.Id, { name: tag })
    if (left.length === 0) this.emit('image', 'delete', image.Id, { name: image.Id })
    return [
      ...untagged.map((tag) => ({ Untagged: tag })),
      ...(left.length === 0 ? [{ Deleted: image.Id }] : [])
    ]
  }

  addImage(image: FakeImage, action: 'load' | 'pull' | 'tag'): void {
    this.images.set(image.Id, image)
    this.emit('image', action, image.Id, { name: image.RepoTags[0] ?? image.Id })
  }

  #update(container: FakeContainer, news: Partial<FakeContainer>): void {
    const known = this.containers.get(container.Id)
    if (known !== undefined) Object.assign(known, news)
  }

  #containerEvent(action: string, container: FakeContainer, more: Record<string, string> = {}): void {
    this.emit('container', action, container.Id, { image: container.Image, name: container.Name, ...more })
  }

  #network(action: string, container: FakeContainer): void {
    this.emit('network', action, 'b'.repeat(64), { container: container.Id, name: 'bridge', type: 'bridge' })
  }
}
