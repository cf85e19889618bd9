/**
 * What one container used over the app's run, at three resolutions, in typed arrays that never grow beyond
 * {@link MOST_BYTES_PER_HISTORY}. Main keeps one per container and the page a copy of the one it draws, fed with the same
 * points; pure, so both run the same code. docs/decisions/0421 says why it has this shape.
 */
export const RATE_FIELDS = [
  'cpuPercent',
  'receivedPerSecond',
  'sentPerSecond',
  'readPerSecond',
  'writtenPerSecond'
] as const
export const GAUGE_FIELDS = ['memoryBytes', 'pids'] as const
/** Rates are means over their span, gauges the highest seen in it. The order is that of {@link HistoryLevel.values}. */
export const STATS_FIELDS = [...RATE_FIELDS, ...GAUGE_FIELDS] as const
export type StatsField = (typeof STATS_FIELDS)[number]

/** What was used between `at - spanMs` and `at` (milliseconds since the epoch). */
export interface StatsPoint extends Readonly<Record<StatsField, number>> {
  readonly at: number
  /** How much of the time before `at` is known; what lies between two points and is in neither is a gap. */
  readonly spanMs: number
}

/** One resolution as it travels from main to the page: columns of equal length, oldest first. */
export interface HistoryLevel {
  /** Width of its buckets; 0 keeps every point. */
  readonly stepMs: number
  readonly at: Float64Array<ArrayBuffer>
  readonly spanMs: Float32Array<ArrayBuffer>
  /** One column per {@link STATS_FIELDS}. */
  readonly values: readonly Float32Array<ArrayBuffer>[]
}

/** Every point as it came: ten minutes of one a second. */
const RECENT = { stepMs: 0, capacity: 600, whenFull: 'drop' } as const
/** A little more than an hour. */
const HOUR = { stepMs: 10_000, capacity: 440, whenFull: 'drop' } as const
/** The whole run: six hours at first, and twice as coarse each time it is full. */
const RUN = { stepMs: 30_000, capacity: 720, whenFull: 'coarsen' } as const

const BYTES_PER_POINT = 8 + 4 * (1 + STATS_FIELDS.length)
/** 70,400 bytes. */
export const MOST_BYTES_PER_HISTORY = (RECENT.capacity + HOUR.capacity + RUN.capacity) * BYTES_PER_POINT
const FIRST_CAPACITY = 16

interface LevelRules {
  readonly stepMs: number
  readonly capacity: number
  /** Forget the oldest, or keep everything at half the resolution. */
  readonly whenFull: 'drop' | 'coarsen'
}

/** Points in order of time; those of one bucket are merged into one. */
class Level {
  readonly #rules: LevelRules
  #stepMs: number
  #length = 0
  #at = new Float64Array(FIRST_CAPACITY)
  #spanMs = new Float32Array(FIRST_CAPACITY)
  #values = STATS_FIELDS.map(() => new Float32Array(FIRST_CAPACITY))

  constructor(rules: LevelRules, from?: HistoryLevel) {
    this.#rules = rules
    this.#stepMs = from?.stepMs ?? rules.stepMs
    for (let index = 0; index < (from?.at.length ?? 0); index += 1)
      this.add(pointOf(from as HistoryLevel, index))
  }

  get allocatedBytes(): number {
    return this.#at.length * BYTES_PER_POINT
  }

  add(point: StatsPoint): void {
    const last = this.#length - 1
    if (last >= 0 && this.#bucket(this.#at[last] ?? 0) === this.#bucket(point.at)) {
      this.#write(last, mergePoints(pointOf(this.view(), last), point))
      return
    }
    if (this.#length === this.#rules.capacity) this.#makeRoom()
    this.#write(this.#length, point)
    this.#length += 1
  }

  /** The columns, sharing their memory with the history: for reading at once, not for keeping. */
  view(): HistoryLevel {
    const end = this.#length
    return {
      stepMs: this.#stepMs,
      at: this.#at.subarray(0, end),
      spanMs: this.#spanMs.subarray(0, end),
      values: this.#values.map((column) => column.subarray(0, end))
    }
  }

  #bucket(at: number): number {
    return this.#stepMs === 0 ? at : Math.floor(at / this.#stepMs)
  }

  #write(index: number, point: StatsPoint): void {
    if (index >= this.#at.length) this.#grow()
    this.#at[index] = point.at
    this.#spanMs[index] = point.spanMs
    for (const [field, column] of this.#values.entries())
      column[index] = point[STATS_FIELDS[field] as StatsField]
  }

  #grow(): void {
    const size = Math.min(this.#rules.capacity, this.#at.length * 2)
    this.#at = resized(this.#at, new Float64Array(size))
    this.#spanMs = resized(this.#spanMs, new Float32Array(size))
    this.#values = this.#values.map((column) => resized(column, new Float32Array(size)))
  }

  #makeRoom(): void {
    if (this.#rules.whenFull === 'drop') return this.#drop(Math.ceil(this.#length / 8))
    const old = this.view()
    const points = Array.from(old.at, (_, index) => pointOf(old, index))
    // Points far apart share no bucket at twice the width either: go on until some do.
    while (this.#length > this.#rules.capacity * 0.75) {
      this.#stepMs *= 2
      this.#length = 0
      for (const point of points) this.add(point)
    }
  }

  #drop(count: number): void {
    this.#at.copyWithin(0, count, this.#length)
    this.#spanMs.copyWithin(0, count, this.#length)
    for (const column of this.#values) column.copyWithin(0, count, this.#length)
    this.#length -= count
  }
}

export class StatsHistory {
  readonly #recent: Level
  readonly #hour: Level
  readonly #run: Level
  #lastAt = -Infinity

  /** Empty, or as another one was when it was asked for its {@link levels}. */
  constructor(from: readonly HistoryLevel[] = []) {
    this.#recent = new Level(RECENT, from[0])
    this.#hour = new Level(HOUR, from[1])
    this.#run = new Level(RUN, from[2])
    this.#lastAt = from[0]?.at.at(-1) ?? -Infinity
  }

  /** The time of the newest point; -Infinity while there is none. */
  get lastAt(): number {
    return this.#lastAt
  }

  get allocatedBytes(): number {
    return this.#recent.allocatedBytes + this.#hour.allocatedBytes + this.#run.allocatedBytes
  }

  add(point: StatsPoint): void {
    // After the clock was set back, points still come one after the other.
    const at = point.at > this.#lastAt ? point.at : this.#lastAt + 1
    this.#lastAt = at
    for (const level of [this.#recent, this.#hour, this.#run]) level.add({ ...point, at })
  }

  /** Finest first; see {@link Level.view}. */
  views(): readonly HistoryLevel[] {
    return [this.#recent, this.#hour, this.#run].map((level) => level.view())
  }

  /** A copy that can be sent: {@link views} without the memory they share. */
  levels(): HistoryLevel[] {
    return this.views().map((view) => ({
      stepMs: view.stepMs,
      at: view.at.slice(),
      spanMs: view.spanMs.slice(),
      values: view.values.map((column) => column.slice())
    }))
  }

  /** The points after `at`, oldest first; null when some of them are no longer kept one by one. */
  since(at: number): StatsPoint[] | null {
    const { at: times } = this.#recent.view()
    const first = times[0]
    if (first === undefined) return []
    if (first > at && (this.#run.view().at[0] ?? first) < first) return null
    const points: StatsPoint[] = []
    const view = this.#recent.view()
    for (let index = times.length - 1; index >= 0 && (times[index] ?? 0) > at; index -= 1)
      points.unshift(pointOf(view, index))
    return points
  }

  /** The finest resolution that reaches back to `from`, or as far as anything does. */
  reaching(from: number): HistoryLevel {
    const views = this.views()
    const [recent, hour, run] = views as [HistoryLevel, HistoryLevel, HistoryLevel]
    const oldest = Math.max(from, beginOf(run))
    return [recent, hour].find((view) => beginOf(view) <= oldest + view.stepMs) ?? run
  }
}

/** The point at `index` of a level. */
export function pointOf(level: HistoryLevel, index: number): StatsPoint {
  const fields = STATS_FIELDS.map((field, column) => [field, level.values[column]?.[index] ?? 0] as const)
  const values = Object.fromEntries(fields) as Record<StatsField, number>
  return { ...values, at: level.at[index] ?? 0, spanMs: level.spanMs[index] ?? 0 }
}

/** Two neighbours as one: nothing that was transferred or computed is lost, and no peak of a gauge. */
export function mergePoints(a: StatsPoint, b: StatsPoint): StatsPoint {
  const spanMs = a.spanMs + b.spanMs
  const merged: Record<string, number> = { at: b.at, spanMs }
  for (const field of RATE_FIELDS)
    merged[field] = spanMs === 0 ? b[field] : (a[field] * a.spanMs + b[field] * b.spanMs) / spanMs
  for (const field of GAUGE_FIELDS) merged[field] = Math.max(a[field], b[field])
  return merged as unknown as StatsPoint
}

function beginOf({ at, spanMs }: HistoryLevel): number {
  return at.length === 0 ? Infinity : (at[0] ?? 0) - (spanMs[0] ?? 0)
}

function resized<A extends Float32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}
