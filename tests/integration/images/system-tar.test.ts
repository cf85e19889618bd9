/** The header scanner against the system's tar: every format and kind of sparse file it can write. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { toBytes } from '@main/docker/path-bytes'
import { Flag } from '@main/images/layer-index'
import { Kind } from '@main/images/tar-header'
import { at, indexOf, listing, pathsOf } from '@main/images/testing/listing'

const scratch = mkdtempSync(join(tmpdir(), 'layer-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('a layer', () => {
  test('equals what the system’s tar lists, however the bytes are cut', () => {
    const script = `
      set -e; cd "$1"; mkdir -p t/deep/er t/links; cd t
      printf hello > deep/er/file; ln deep/er/file links/hard; ln -s ../deep links/soft; mkfifo links/pipe
      n=$(printf 'n%.0s' $(seq 1 90)); mkdir -p "$n/$n/$n"; printf long > "$n/$n/$n/$n"
      ln -s "$n/$n/$n/$n" links/long; chmod 4755 deep/er/file; printf x > "$(printf 'bad\\377name')"
      truncate -s 3000000 sparse; printf end >> sparse; printf mid | dd of=sparse bs=1 seek=1000000 conv=notrunc 2>/dev/null
    `
    execFileSync('/bin/sh', ['-c', script, 'sh', scratch])
    for (const format of ['gnu', 'pax', 'ustar']) {
      for (const sparse of format === 'pax'
        ? [[], ['-S'], ['-S', '--sparse-version=0.0'], ['-S', '--sparse-version=0.1']]
        : format === 'gnu'
          ? [[], ['-S']]
          : [[]]) {
        const file = join(scratch, 'out.tar')
        const owner = format === 'ustar' ? [] : ['--owner=big:3000000000']
        const skip = format === 'ustar' ? ['--exclude=nnn*', '--exclude=long'] : []
        execFileSync('tar', [
          '-C',
          join(scratch, 't'),
          `--format=${format}`,
          ...sparse,
          ...skip,
          ...owner,
          '-cf',
          file,
          '.'
        ])
        const tar = execFileSync('cat', [file], { maxBuffer: 1e9 })
        const listed = execFileSync('tar', ['--quoting-style=escape', '-tf', file], { encoding: 'latin1' })
        const index = indexOf(tar)
        const ours = pathsOf(index)
          .slice(1)
          .map((path) => Buffer.from(toBytes(path)).toString('latin1'))
        const theirs = listed
          .split('\n')
          .map((line) => line.replace(/^\.\/|\/$/g, '').replace('\\377', '\xff'))
          .filter((line) => line !== '' && line !== '.')
        expect(ours.sort()).toEqual(theirs.sort())
        const node = at(index, 'sparse')
        expect(index.columns.size[node]).toBe(3_000_003)
        expect(index.has(node, Flag.sparse)).toBe(sparse.length > 0)
        expect(index.columns.mode[at(index, 'deep/er/file')]).toBe(0o4755)
        expect(index.columns.uid[node]).toBe(format === 'ustar' ? 0 : 3_000_000_000)
        const hard = [at(index, 'links/hard'), at(index, 'deep/er/file')].map((n) => index.columns.kind[n])
        expect(hard.sort()).toEqual([Kind.file, Kind.hardLink])
        expect(listing(indexOf(tar, 509))).toEqual(listing(index))
        if (tar.length < 200_000) expect(listing(indexOf(tar, 1))).toEqual(listing(index))
      }
    }
  })
})
