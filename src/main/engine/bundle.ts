/**
 * The bundled engine's programs: are they all there, and exactly the ones of the manifest? Called before every start,
 * so that a program which was swapped or half copied is never run. Reads only, apart from its cache of what it verified.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/errors'
import { z } from 'zod'
import { readIfThere, writeFileAtomically } from '../platform/files'

const Manifest = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() }))
    })
  )
})
export type Manifest = z.output<typeof Manifest>

/** What was verified, by absolute path: the file's identity and its hash. */
const Cache = z.record(z.string(), z.object({ identity: z.string(), sha256: z.string() }))

const HINT = 'Install Quayside again; in a development copy run `node scripts/engine-bundle.mjs`.'

function bundleError(kind: string, message: string, cause?: unknown): AppError {
  return new AppError('NotFound', message, { hint: HINT, details: { kind }, cause })
}

/** The bundle's manifest; `NotFound` (kind `bundle-missing`) says what to run when there is none. */
export function readManifest(bundleDir: string): Manifest {
  const text = readIfThere(join(bundleDir, 'manifest.json'))
  if (text === null) throw bundleError('bundle-missing', `The bundled engine is not there (${bundleDir}).`)
  try {
    return Manifest.parse(JSON.parse(text))
  } catch (cause) {
    throw bundleError('bundle-damaged', 'The list of the bundled engine’s programs is damaged.', cause)
  }
}

/**
 * Compares every file of the manifest with the disk. Files whose inode, size and times are as when they were last
 * hashed are not read again; the first time takes about a second.
 */
export async function verifyBundle(bundleDir: string, cacheFile: string): Promise<Manifest> {
  const manifest = readManifest(bundleDir)
  const known = readCache(cacheFile)
  const verified: z.output<typeof Cache> = {}
  const files = manifest.components.flatMap((component) => component.files)
  await Promise.all(
    files.map(async (file) => {
      const path = join(bundleDir, file.path)
      const identity = await identityOf(path, file.bytes)
      const old = known[path]
      const sha256 = old?.identity === identity ? old.sha256 : await sha256Of(path)
      if (sha256 !== file.sha256) {
        throw bundleError(
          'bundle-damaged',
          `A part of the bundled engine is not the one that was installed: ${file.path}.`
        )
      }
      verified[path] = { identity, sha256 }
    })
  )
  if (JSON.stringify(verified) !== JSON.stringify(known)) saveCache(cacheFile, verified)
  return manifest
}

async function identityOf(path: string, bytes: number): Promise<string> {
  const stat = await lstat(path, { bigint: true }).catch(() => null)
  if (stat === null) throw bundleError('missing-binary', `A part of the bundled engine is missing: ${path}.`)
  if (!stat.isFile() || stat.size !== BigInt(bytes)) {
    throw bundleError('bundle-damaged', `A part of the bundled engine is damaged: ${path}.`)
  }
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function readCache(cacheFile: string): z.output<typeof Cache> {
  try {
    return Cache.parse(JSON.parse(readIfThere(cacheFile) ?? '{}'))
  } catch {
    return {}
  }
}

function saveCache(cacheFile: string, verified: z.output<typeof Cache>): void {
  try {
    writeFileAtomically(cacheFile, JSON.stringify(verified))
  } catch {
    // A full disk only costs the time to hash again.
  }
}
