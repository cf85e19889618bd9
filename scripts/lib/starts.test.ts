import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cannotStart, whyNotHere } from './starts.mjs'
import { tempFolder } from './temp-folder'

const result = (code: number, stderr = '', stdout = '') => ({ code, stderr, stdout, timedOut: false })

describe('cannotStart', () => {
  test('a good answer is no reason', () => {
    expect(cannotStart(result(0, '', 'runc version 1.1.5'))).toBeNull()
  })

  test("the loader's complaint is shortened to what matters", () => {
    const missing =
      '/x/bin/slirp4netns: error while loading shared libraries: libslirp.so.0: cannot open shared object file'
    expect(cannotStart(result(127, missing))).toBe(
      'slirp4netns: error while loading shared libraries: libslirp.so.0: cannot open shared object file'
    )
    const old = "/x/bin/runc: /lib/libc.so.6: version `GLIBC_2.38' not found (required by /x/bin/runc)"
    expect(cannotStart(result(1, old))).toBe("runc: /lib/libc.so.6: version `GLIBC_2.38' not found")
  })

  test('an old program that does not know the flag has started', () => {
    expect(cannotStart(result(2, 'flag provided but not defined: -version\nUsage:'))).toBeNull()
  })

  test('any other failure is a reason', () => {
    expect(cannotStart(result(1, 'broken'))).toBe('exit code 1: broken')
    expect(cannotStart({ ...result(-1), timedOut: true })).toBe('it did not answer in time')
    expect(cannotStart(result(-1, 'spawn ENOENT'))).toBe('spawn ENOENT')
  })
})

test('a real program is asked', async () => {
  const file = join(await tempFolder(), 'program')
  await writeFile(file, '#!/bin/sh\n[ "$1" = --version ]\n')
  await chmod(file, 0o755)
  expect(await whyNotHere(file, ['--version'])).toBeNull()
  expect(await whyNotHere(file, ['--other'])).toMatch(/exit code 1/)
})
