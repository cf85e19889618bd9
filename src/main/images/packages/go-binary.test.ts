import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Found } from './found'
import { GoBinary } from './go-binary'

const MODULES = [
  'path\texample.com/app/cmd/app',
  'mod\texample.com/app\t(devel)\t',
  'dep\tgithub.com/pkg/errors\tv0.9.1\th1:abc=',
  'dep\texample.com/forked\tv1.0.0',
  '=>\texample.com/fork\tv1.0.1\th1:def=',
  'dep\texample.com/local\tv0.1.0',
  '=>\t../local\t(devel)\t',
  'build\t-compiler=gc',
  ''
].join('\n')

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}

function withInfo(version: string, modules: string, before = 64): Buffer {
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.from(varint(value.length)), Buffer.from(value)])
  const header = Buffer.alloc(32)
  header.write('\u00ff Go buildinf:', 'latin1')
  header[14] = 8
  header[15] = 2
  const body = modules === '' ? '' : `${'<'.repeat(16)}${modules}${'>'.repeat(16)}`
  const head = Buffer.alloc(before)
  head.write('\u007fELF', 'latin1')
  return Buffer.concat([head, header, text(version), text(body), Buffer.alloc(500, 7)])
}

function read(program: Uint8Array, pieceBytes = 1 << 16): Found {
  const binary = new GoBinary()
  for (let at = 0; at < program.length; at += pieceBytes) binary.write(program.subarray(at, at + pieceBytes))
  return binary.end()
}

const brief = ({ packages }: Found): string[] => packages.map(({ name, version }) => `${name} ${version}`)
const ALL = [
  ...[
    'stdlib go1.22.3',
    'example.com/app (devel)',
    'github.com/pkg/errors v0.9.1',
    'example.com/fork v1.0.1'
  ],
  'example.com/local (devel)'
]

describe('a Go program', () => {
  it('tells the modules it was built from, however it is cut into pieces', () => {
    const program = withInfo('go1.22.3', MODULES, 4096)
    expect(brief(read(program))).toEqual(ALL)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (size) => {
        expect(brief(read(program, size))).toEqual(ALL)
      }),
      { numRuns: 60 }
    )
  })

  it('is found behind the magic as a constant of a program that reads such blocks', () => {
    const decoy = Buffer.alloc(64)
    decoy.write('\u00ff Go buildinf:', 'latin1')
    decoy[15] = 2
    decoy[32] = 3
    const program = withInfo('go1.22.3', MODULES)
    expect(brief(read(Buffer.concat([program.subarray(0, 64), decoy, program.subarray(64)])))).toEqual(ALL)
    // Not at a multiple of sixteen, it is a text.
    expect(
      brief(read(Buffer.concat([program.subarray(0, 64), Buffer.alloc(3), program.subarray(64)])))
    ).toEqual([])
  })

  it('without modules tells of its Go only, and one of before Go 1.18 says so', () => {
    expect(brief(read(withInfo('go1.21.0 X:loopvar', '')))).toEqual(['stdlib go1.21.0'])
    const old = withInfo('go1.17', MODULES)
    old[64 + 15] = 0
    expect(read(old)).toMatchObject({ packages: [], note: expect.stringContaining('before 1.18') as string })
  })

  it('may be anything', () => {
    expect(read(Buffer.from('#!/bin/sh\n')).packages).toEqual([])
    expect(read(Buffer.alloc(0)).packages).toEqual([])
    const program = withInfo('go1.22.3', MODULES)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 64, max: 500 }), (noise, at) => {
        const damaged = Buffer.from(program)
        damaged.set(noise, Math.min(at, damaged.length - noise.length))
        read(damaged, 100)
        read(damaged.subarray(0, at))
      }),
      { numRuns: 300 }
    )
  })
})

const engine = join('resources', 'engine', `${process.platform}-${process.arch}`)
const programs = ['bin/dockerd', 'bin/runc', 'bin/docker-init', 'cli-plugins/docker-buildx'].filter((name) =>
  existsSync(join(engine, name))
)

it.skipIf(programs.length === 0)('the programs of the bundled engine have the modules in their text', () => {
  const told = new Map(programs.map((name) => [name, read(readFileSync(join(engine, name)))]))
  for (const [name, found] of told) {
    expect(found.note, name).toBeNull()
    if (found.packages.length === 0) continue
    const bytes = readFileSync(join(engine, name))
    const text = bytes
      .toString('latin1', bytes.lastIndexOf('\u00ff Go buildinf:', undefined, 'latin1'))
      .slice(0, 1_000_000)
    expect(found.packages[0], name).toMatchObject({
      name: 'stdlib',
      version: /go1\.\d+(\.\d+)?/.exec(text)?.[0]
    })
    // The same lists as `strings` would show them.
    const listed = /(?:^|[^\n])path\t([^\n]+)\n(mod\t[^\n]+\n)?((?:(?:dep|=>)\t[^\n]+\n)*)build\t/.exec(text)
    const lines = (listed?.[3] ?? '').split('\n').filter((line) => line !== '')
    const modules = lines.flatMap((line, at) => {
      const [word, module, version] = line.split('\t')
      const replaced = word === 'dep' && lines[at + 1]?.startsWith('=>') === true
      return replaced ? [] : [`${module ?? ''} ${version ?? ''}`]
    })
    const own = listed?.[2]?.trim().split('\t').slice(1, 3) ?? [listed?.[1] ?? '', '(devel)']
    expect(brief(found).slice(1).sort(), name).toEqual([own.join(' '), ...modules].sort())
  }
  const dockerd = told.get('bin/dockerd')
  if (dockerd !== undefined) expect(brief(dockerd)[1]).toMatch(/^github\.com\/(docker|moby)\//)
})
