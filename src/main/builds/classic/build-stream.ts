/**
 * What an engine without BuildKit tells of a build, as the same messages BuildKit sends: each instruction is a step, one
 * after the other, with the times at which its words came. Reads Docker's stream and Podman's. Pure.
 */
import { z } from 'zod'
import type { SolveStatus, SolveVertex } from '@shared/builds/solve-status'

const Line = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .nullish()
    .catch(null),
  aux: z.object({ ID: z.string().optional() }).nullish().catch(null),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).nullish().catch(null)
})

const STEP = /^step (\d{1,5})\/(\d{1,5}) ?: ([^\n]*)/i
const CACHED = /^(?: ---> |--> )Using cache/
const STAGE = /^FROM\s+(?:--\S+\s+)*\S+\s+AS\s+(\S+)/i
const NOTHING: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] }

const stepId = (number: number): string => `step-${number}`

/** One build's stream. Times are milliseconds since the epoch. */
export class BuildStream {
  /** The last id it told: of the image. */
  imageId = ''
  /** What it failed with; null as long as it has not. */
  error: string | null = null
  /** The step that runs or ran last; 0 before the first. */
  step = 0
  #steps = 0
  #stage = ''
  #current: SolveVertex | null = null

  /** One value of the stream; what is none of its messages is passed over. */
  take(value: unknown, at: number): SolveStatus {
    const parsed = Line.safeParse(value)
    if (!parsed.success) return NOTHING
    const { stream, status, id, progressDetail, aux, error, errorDetail } = parsed.data
    const failure = errorDetail?.message ?? error
    if (failure !== undefined) return this.#fail(failure, at)
    if (typeof aux?.ID === 'string') this.imageId = aux.ID
    if (stream !== undefined) return this.#takeText(stream, at)
    return status === undefined ? NOTHING : this.#takeStatus(status, id ?? '', progressDetail ?? {}, at)
  }

  /** It is over. */
  end(at: number): SolveStatus {
    return vertexes(this.#complete(at))
  }

  #takeText(text: string, at: number): SolveStatus {
    const [, number, total, instruction = ''] = STEP.exec(text) ?? []
    // A command can print such a line too; only the next number of the same build is taken for a step.
    const isNext = Number(number) === this.step + 1 && (this.#steps === 0 || Number(total) === this.#steps)
    if (isNext) return this.#begin(instruction.trim(), Number(total), at)
    if (this.#current !== null && CACHED.test(text)) {
      this.#current = { ...this.#current, cached: true }
      return vertexes([this.#current])
    }
    return this.#log(text, at)
  }

  #begin(instruction: string, total: number, at: number): SolveStatus {
    const ended = this.#complete(at)
    const planned = this.#steps === 0 ? this.#plan(total) : []
    this.step += 1
    const stage = STAGE.exec(instruction)?.[1]
    if (/^FROM\s/i.test(instruction)) this.#stage = stage === undefined ? '' : `${stage} `
    const name = `[${this.#stage}${this.step}/${total}] ${instruction}`
    this.#current = { ...vertex(this.step), name, started: at }
    return vertexes([...ended, ...planned, this.#current])
  }

  /** The steps that will follow are known by number: a total can be told. */
  #plan(total: number): SolveVertex[] {
    this.#steps = total
    return Array.from({ length: Math.min(total, 1000) }, (_, index) => vertex(index + 1))
  }

  #complete(at: number): SolveVertex[] {
    if (this.#current === null) return []
    const ended = { ...this.#current, completed: at }
    this.#current = null
    return [ended]
  }

  #fail(error: string, at: number): SolveStatus {
    this.error = error
    const failed = this.#current === null ? [] : [{ ...this.#current, completed: at, error }]
    this.#current = null
    return vertexes(failed)
  }

  /** The pull of a base image. */
  #takeStatus(
    status: string,
    id: string,
    { current = 0, total = 0 }: { current?: number | undefined; total?: number | undefined },
    at: number
  ): SolveStatus {
    if (total > 0 || current > 0) {
      if (!/^Downloading/.test(status)) return NOTHING
      return { ...NOTHING, statuses: [{ id, vertex: stepId(this.step), current, total }] }
    }
    return this.#log(`${id === '' ? '' : `${id}: `}${status}\n`, at)
  }

  #log(text: string, at: number): SolveStatus {
    if (this.step === 0 || text === '') return NOTHING
    return {
      ...NOTHING,
      logs: [{ vertex: stepId(this.step), stream: 1, data: Buffer.from(text), time: at }]
    }
  }
}

function vertex(step: number): SolveVertex {
  return {
    digest: stepId(step),
    name: '',
    inputs: [],
    started: null,
    completed: null,
    cached: false,
    error: ''
  }
}

function vertexes(list: readonly SolveVertex[]): SolveStatus {
  return { ...NOTHING, vertexes: list }
}
