import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integrityFile, sha256, sha256File, verifyFile } from './hash.mjs'
import { tempFolder } from './temp-folder'

test('a file passes with its own checksum, in either form', async () => {
  const file = join(await tempFolder(), 'data')
  await writeFile(file, 'quay')
  expect(await sha256File(file)).toBe(sha256('quay'))
  await verifyFile(file, sha256('quay'))
  await verifyFile(file, await integrityFile(file))
})

test('a file with another checksum is refused, and the message holds both', async () => {
  const file = join(await tempFolder(), 'engine.tgz')
  await writeFile(file, 'changed')
  await expect(verifyFile(file, sha256('quay'))).rejects.toThrow(
    new RegExp(`engine.tgz is not the file that was pinned[^]*${sha256('quay')}[^]*${sha256('changed')}`)
  )
  await expect(verifyFile(file, `sha512-${'A'.repeat(86)}==`)).rejects.toThrow(/not the file that was pinned/)
})

test.each(['', 'abc', 'sha1-abc', 'g'.repeat(64)])('%j is not accepted as a checksum', async (text) => {
  const file = join(await tempFolder(), 'data')
  await writeFile(file, '')
  await expect(verifyFile(file, text)).rejects.toThrow(/Not a checksum/)
})
