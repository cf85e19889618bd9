import { describe, expect, test } from 'vitest'
import { libraryPackages, missingLibraries, neededPrograms } from './system-needs.mjs'
import { choosePackage, ensurePackages, instruction, packagesFor, parsePolicy } from './system-packages.mjs'

const need = (what: string, packages: string[]) => ({ what, why: 'because', packages })
const gtk = need('libgtk-3.so.0', libraryPackages['libgtk-3.so.0'] ?? [])
const quiet = { say: () => undefined, warn: () => undefined, progress: () => undefined }

describe('names of packages', () => {
  test('the newer name where the release has it, the older one elsewhere', () => {
    expect(choosePackage(gtk.packages, new Set(['libgtk-3-0t64']))).toBe('libgtk-3-0t64')
    expect(choosePackage(gtk.packages, new Set(['libgtk-3-0']))).toBe('libgtk-3-0')
    expect(choosePackage(gtk.packages, new Set())).toBe('libgtk-3-0')
  })

  test('each package once, sorted', () => {
    const needs = [
      need('libnss3.so', ['libnss3']),
      need('libsmime3.so', ['libnss3']),
      need('ip', ['iproute2'])
    ]
    expect(packagesFor(needs, new Set())).toEqual(['iproute2', 'libnss3'])
  })

  test('only what can be installed counts as known', () => {
    const text =
      'libgtk-3-0:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n' +
      'libgtk-3-0t64:\n  Installed: (none)\n  Candidate: 3.24.41\n  Version table:\n     3.24.41 500\n'
    expect(parsePolicy(text)).toEqual(new Set(['libgtk-3-0t64']))
  })
})

describe('what is missing', () => {
  test("is read from ldd's answer, each library once", () => {
    const text =
      '\tlinux-vdso.so.1 (0x1)\n\tlibgtk-3.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x2)\n\tlibgtk-3.so.0 => not found\n'
    expect(missingLibraries(text)).toEqual(['libgtk-3.so.0'])
    expect(missingLibraries('\tstatically linked\n')).toEqual([])
  })

  test('a virtual display and busybox are needed only for their purpose', () => {
    const names = (display: boolean, tests: boolean) =>
      neededPrograms({ display, tests }).map((one) => one.program)
    expect(names(false, false)).not.toContain('Xvfb')
    expect(names(false, false)).not.toContain('busybox')
    expect(names(true, true)).toEqual(expect.arrayContaining(['iptables', 'newuidmap', 'Xvfb', 'busybox']))
  })
})

describe('the instruction', () => {
  test('is the exact command, with sudo for an ordinary user', () => {
    const text = instruction([gtk, need('ip', ['iproute2'])], ['iproute2', 'libgtk-3-0'], false)
    expect(text).toContain('libgtk-3.so.0 ip: because')
    expect(text).toContain(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends iproute2 libgtk-3-0\n'
    )
    expect(instruction([gtk], ['libgtk-3-0'], true)).toContain('\n  apt-get update && apt-get install')
  })

  test('names no command where there is no apt', () => {
    expect(instruction([gtk], null, false)).toMatch(/packages of your distribution/)
  })

  test('ends the run of an ordinary user', async () => {
    await expect(ensurePackages([gtk], quiet, { root: false })).rejects.toThrow(/are missing on this machine/)
    await expect(ensurePackages([], quiet, { root: false })).resolves.toBeUndefined()
  }, 60_000)
})
