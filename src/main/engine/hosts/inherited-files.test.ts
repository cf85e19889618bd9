import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coveringStdio, inheritedFiles } from './inherited-files'

describe.skipIf(process.platform !== 'linux')('files a child would inherit', () => {
  it('do not include those opened here, which Node closes by itself', () => {
    const own = openSync('/proc/self/status', 'r')
    try {
      expect(inheritedFiles()).not.toContain(own)
    } finally {
      closeSync(own)
    }
  })

  it('are covered, and numbers in between are left alone', () => {
    expect(coveringStdio(9, 5, [4, 7])).toEqual(['ignore', 9, 9, 'ignore', 5, 'ignore', 'ignore', 5])
    expect(coveringStdio(9, 5, [])).toEqual(['ignore', 9, 9])
  })

  it('are /dev/null in the child', () => {
    const cover = openSync('/dev/null', 'r+')
    const output = openSync('/dev/null', 'r+')
    try {
      const stdio = coveringStdio(output, cover, [7])
      const seen = spawnSync('readlink', ['/proc/self/fd/7'], {
        encoding: 'utf8',
        stdio: [stdio[0] ?? 'ignore', 'pipe', ...stdio.slice(2)]
      })
      expect(seen.stdout.trim()).toBe('/dev/null')
    } finally {
      closeSync(cover)
      closeSync(output)
    }
  })
})
