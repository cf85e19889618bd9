import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readOutcome } from './buildx'

const folder = mkdtempSync(join(tmpdir(), 'outcome-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each<[string, object | string, { ref: string; imageId: string }]>([
  [
    'a build of the engine’s own builder',
    { 'buildx.build.ref': 'default/default/abc', 'containerimage.digest': 'sha256:1' },
    { ref: 'abc', imageId: 'sha256:1' }
  ],
  [
    'one of another builder, which is in no history of the engine',
    { 'buildx.build.ref': 'harbour/harbour0/abc', 'containerimage.config.digest': 'sha256:2' },
    { ref: '', imageId: 'sha256:2' }
  ],
  ['one that failed', {}, { ref: '', imageId: '' }],
  ['what is no JSON', '{', { ref: '', imageId: '' }]
])('reads what buildx wrote of %s', (_name, outcome, wanted) => {
  const file = join(folder, 'outcome.json')
  writeFileSync(file, typeof outcome === 'string' ? outcome : JSON.stringify(outcome))
  expect(readOutcome(file)).toEqual(wanted)
  expect(readOutcome(join(folder, 'none'))).toEqual({ ref: '', imageId: '' })
})
