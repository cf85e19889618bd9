import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import type { AppError } from '@shared/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verifyBundle } from './bundle'

let dir: string
let cache: string

beforeEach(() => {
  dir = mkdtempSync('/tmp/q-bundle-')
  cache = `${dir}/verified.json`
  mkdirSync(`${dir}/bin`)
  writeFileSync(`${dir}/bin/dockerd`, 'real')
  const sha256 = createHash('sha256').update('real').digest('hex')
  const files = [{ path: 'bin/dockerd', sha256, bytes: 4 }]
  writeFileSync(
    `${dir}/manifest.json`,
    JSON.stringify({ components: [{ name: 'dockerd', version: '1', files }] })
  )
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const kindOf = async (): Promise<unknown> =>
  await verifyBundle(dir, cache).then(
    () => 'fine',
    (error: unknown) => (error as AppError).details?.['kind']
  )

test('a complete bundle passes, the second time by its cache', async () => {
  expect(await kindOf()).toBe('fine')
  expect(await kindOf()).toBe('fine')
})

test('another program of the same size is found, even with the old times', async () => {
  expect(await kindOf()).toBe('fine')
  writeFileSync(`${dir}/bin/dockerd`, 'evil')
  utimesSync(`${dir}/bin/dockerd`, 0, 0)
  expect(await kindOf()).toBe('bundle-damaged')
})

test('a cut, missing or linked program is found', async () => {
  writeFileSync(`${dir}/bin/dockerd`, 'rea')
  expect(await kindOf()).toBe('bundle-damaged')
  rmSync(`${dir}/bin/dockerd`)
  expect(await kindOf()).toBe('missing-binary')
  symlinkSync('/bin/true', `${dir}/bin/dockerd`)
  expect(await kindOf()).toBe('bundle-damaged')
})

test('no bundle says what to run, and a damaged list or cache is no crash', async () => {
  writeFileSync(cache, '{"half')
  expect(await kindOf()).toBe('fine')
  writeFileSync(`${dir}/manifest.json`, '{"half')
  expect(await kindOf()).toBe('bundle-damaged')
  rmSync(`${dir}/manifest.json`)
  await expect(verifyBundle(dir, cache)).rejects.toMatchObject({
    details: { kind: 'bundle-missing' },
    hint: expect.stringContaining('scripts/engine-bundle.mjs') as string
  })
})
