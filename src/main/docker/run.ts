/**
 * `docker run -d`: create, start, and nothing half left behind. Called by handlers/containers and handlers/images.
 */
import { z } from 'zod'
import type { RunOptions } from '@shared/contract/containers'
import { containerName, type ContainerSummary, type PortSummary } from '@shared/docker/container'
import type { PortBinding } from '@shared/docker/ports'
import { parseReference } from '@shared/docker/reference'
import { buildRun, type CreateBody } from '@shared/docker/run-options'
import { AppError, attempted, toAppError } from '@shared/errors'
import type { DockerClient } from './client'
import { listContainersById, removeContainer, startContainer } from './containers'
import { parseReply } from './rows'

export interface RunOutcome {
  readonly id: string
  /** The engine's remarks, and published ports that came out other than asked for. */
  readonly warnings: readonly string[]
}

/** Pulls an image and resolves when it is there. */
export type Pull = (reference: string) => Promise<void>

/**
 * Creates and starts a container. A missing image is pulled first. When the start fails the container is removed again,
 * so that the form can simply be corrected and sent once more.
 */
export async function runContainer(
  client: DockerClient,
  options: RunOptions,
  pull: Pull
): Promise<RunOutcome> {
  const built = buildRun(options)
  if (!built.ok) {
    throw new AppError('InvalidParameter', built.errors[0]?.message ?? 'The form has a mistake.', {
      hint: 'Correct the marked fields.',
      details: { fields: built.errors }
    })
  }
  const created = await createOrPull(client, built.name, built.body, pull)
  await startOrRemove(client, created.Id)
  const portWarnings = await comparePorts(client, created.Id, built.ports)
  return { id: created.Id, warnings: [...created.Warnings, ...portWarnings] }
}

const Created = z.object({
  Id: z.string(),
  Warnings: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? [])
})
type Created = z.output<typeof Created>

async function create(client: DockerClient, name: string, body: CreateBody): Promise<Created> {
  const query = name === '' ? {} : { name }
  const reply = await client.request({
    path: '/containers/create?',
    method: 'POST',
    options: { _query: query, _body: body }
  })
  return parseReply(Created, reply)
}

async function createOrPull(
  client: DockerClient,
  name: string,
  body: CreateBody,
  pull: Pull
): Promise<Created> {
  try {
    return await create(client, name, body)
  } catch (error) {
    if (!isMissingImage(error, body.Image)) throw error
  }
  try {
    await pull(body.Image)
  } catch (error) {
    if (toAppError(error).code === 'Cancelled') throw error
    throw attempted(`The image ${body.Image} is not on this engine and could not be pulled`, error)
  }
  return await create(client, name, body)
}

/** Only the image can be missing at create: networks, volumes and containers it names are looked up at start. */
function isMissingImage(error: unknown, image: string): boolean {
  if (!(error instanceof AppError) || error.code !== 'NotFound') return false
  const engine = error.details?.['engine']
  return typeof engine === 'string' && /No such image/i.test(engine) && parseReference(image).ok
}

async function startOrRemove(client: DockerClient, id: string): Promise<void> {
  try {
    await startContainer(client, id)
  } catch (error) {
    try {
      await removeContainer(client, id, { force: true, volumes: true })
    } catch {
      // The reason for the failed start matters more; what is left is in the list and can be removed there.
    }
    throw error
  }
}

/** An engine can publish a port elsewhere than asked (it once took a mistyped address for "all"): say so. */
async function comparePorts(
  client: DockerClient,
  id: string,
  wished: readonly PortBinding[]
): Promise<string[]> {
  if (wished.length === 0) return []
  const [row] = await listContainersById(client, [id])
  // One that has ended already publishes nothing any more.
  return row === undefined || row.State !== 'running' ? [] : portWarnings(row, wished)
}

/** One sentence for each wish that is not met and each address that was not asked for. */
export function portWarnings(row: ContainerSummary, wished: readonly PortBinding[]): string[] {
  const warnings: string[] = []
  for (const wish of wished) {
    const [port, protocol] = wish.containerPort.split('/')
    const actual = row.Ports.filter((own) => own.PrivatePort === Number(port) && own.Type === protocol)
    const published = actual.filter((own) => own.PublicPort !== undefined)
    const wishes = wished.filter((other) => other.containerPort === wish.containerPort)
    if (!published.some((own) => fits(own, wish))) {
      warnings.push(`Port ${wish.containerPort} of ${containerName(row)} was not published as asked.`)
    }
    for (const own of published.filter((own) => !wishes.some((other) => fits(own, other)))) {
      warnings.push(`Port ${wish.containerPort} was also published on ${addressText(own)}.`)
    }
  }
  return [...new Set(warnings)]
}

function addressText({ IP = '', PublicPort = 0 }: PortSummary): string {
  return IP.includes(':') ? `[${IP}]:${PublicPort}` : `${IP}:${PublicPort}`
}

const ANY_ADDRESS = new Set(['', '0.0.0.0', '::'])

function fits(own: PortSummary, wish: PortBinding): boolean {
  const [first = 0, last = first] = wish.hostPort === '' ? [] : wish.hostPort.split('-').map(Number)
  const portFits = wish.hostPort === '' || ((own.PublicPort ?? 0) >= first && (own.PublicPort ?? 0) <= last)
  const ip = own.IP ?? ''
  return portFits && (wish.hostIp === '' ? ANY_ADDRESS.has(ip) : sameAddress(ip, wish.hostIp))
}

/** IPv6 addresses have several spellings; the URL parser knows the canonical one. */
function sameAddress(a: string, b: string): boolean {
  return a === b || (a.includes(':') && b.includes(':') && canonical(a) === canonical(b))
}

function canonical(address: string): string {
  try {
    return new URL(`http://[${address}]`).hostname
  } catch {
    return address
  }
}
