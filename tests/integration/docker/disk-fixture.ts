/** What the tests of the disk share: data that cannot be compressed, and what the engine's folders hold. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DiskReport } from '@shared/contract/disk'
import { removal } from '@shared/disk/freed'
import { diskKey, type DiskKey } from '@shared/disk/keys'
import { reclaimItems } from '@shared/disk/reclaim-items'
import { DiskService } from '@main/disk/service'
import type { DockerClient } from '@main/docker/client'
import { BUSYBOX, type TestEngine } from '../engine-fixture'

const exec = promisify(execFile)

/** A shell command that writes so many MB. */
export const random = (path: string, megabytes: number): string =>
  `dd if=/dev/urandom of=${path} bs=1000000 count=${megabytes} iflag=fullblock 2>/dev/null`

/** Builds on busybox; `classic` with the builder of old. */
export async function build(
  engine: TestEngine,
  tag: string,
  lines: readonly string[],
  { classic = false } = {}
): Promise<void> {
  const folder = `${engine.home}/build`
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/Dockerfile`, [`FROM ${BUSYBOX}`, ...lines].join('\n'))
  const { env } = engine
  const args = ['build', '-q', '-t', tag, folder]
  await exec('docker', args, { env: classic ? { ...env, DOCKER_BUILDKIT: '0' } : env })
}

export const imageKey = (report: DiskReport, name: string): DiskKey =>
  diskKey('image', report.images.find(({ tags }) => tags.includes(name))?.Id ?? '')

export const containerKey = (report: DiskReport, name: string): DiskKey =>
  diskKey('container', report.containers.find((one) => one.name === name)?.Id ?? '')

export function diskOf(engine: TestEngine, client: DockerClient) {
  const disk = new DiskService({
    client: () => Promise.resolve(client),
    dataRoot: () => `${engine.home}/data`
  })

  /** The bytes of all files of layers, volumes, containers and content; the engine's own books are not among them. */
  async function onDisk(): Promise<number> {
    const folders = 'overlay2 volumes containers containerd/daemon'
    const script = `cd "$1"; find ${folders} -type f ! -name '*.db' -printf '%s\\n' 2>/dev/null; true`
    const options = { maxBuffer: 256_000_000 }
    const { stdout } = await exec('/bin/sh', ['-c', script, 'sh', `${engine.home}/data`], options)
    return stdout.split('\n').reduce((sum, line) => sum + Number(line), 0)
  }

  /** What is promised, what the engine says after, and what the folders say. */
  async function remove(keys: (report: DiskReport) => readonly DiskKey[]) {
    const report = await disk.read()
    const promised = removal(report, new Set(keys(report)))
    const before = await onDisk()
    const items = reclaimItems(report, promised.going)
    const freed = await disk.reclaim(items, 0, () => undefined, new AbortController().signal)
    const kept = freed.outcomes.filter(({ result }) => result !== 'removed')
    return { promised, freed, kept, folders: async () => before - (await onDisk()) }
  }

  return { disk, remove }
}
