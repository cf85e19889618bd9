// The small steps of setup: the version of Node.js, the state of node_modules, the state of the sources, and advice.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourceHash } from './build.mjs'
import { installedDifference } from './dependencies.mjs'
import { carrierName } from './electron-carrier.mjs'
import { compareVersions, requireNode, satisfies } from './node-version.mjs'
import { subidCommand } from './rootless-advice.mjs'
import { chooseSuites, suites } from './suites.mjs'
import { tempFolder } from './temp-folder'
import { authorityFile } from './xvfb.mjs'

describe('Node.js', () => {
  const range = '^20.19.0 || >=22.12.0'

  test.each([
    ['20.19.0', true],
    ['20.20.2', true],
    ['20.18.1', false],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.1.0', true]
  ])('%s: %s', (version, fits) => {
    expect(satisfies(version, range)).toBe(fits)
  })

  test('a wrong version is an error that names the right ones', () => {
    expect(() => requireNode(range, '18.0.0')).toThrow(
      /Node.js 18.0.0 cannot build Quayside. Install one that fits/
    )
    expect(() => satisfies('20.0.0', '20.x')).toThrow(/Cannot read the version range/)
    expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0)
  })
})

describe('node_modules', () => {
  const wanted = {
    packages: {
      '': {},
      'node_modules/vue': { version: '3.5.0', integrity: 'sha512-a' },
      'node_modules/@x/native': { version: '1.0.0', optional: true }
    }
  }
  const there = () => true

  test('is up to date with every package in its version, optional ones aside', () => {
    expect(installedDifference(wanted, wanted, there)).toBeNull()
    const without = { packages: { 'node_modules/vue': { version: '3.5.0', integrity: 'sha512-a' } } }
    expect(installedDifference(wanted, without, there)).toBeNull()
  })

  test('is not with anything else', () => {
    expect(installedDifference(wanted, null, there)).toBe('nothing is installed yet')
    expect(installedDifference(wanted, { packages: {} }, there)).toBe('vue is missing')
    expect(installedDifference(wanted, wanted, () => false)).toBe('vue is missing')
    const other = { packages: { 'node_modules/vue': { version: '3.5.0', integrity: 'sha512-b' } } }
    expect(installedDifference(wanted, other, there)).toBe('vue has another version')
  })
})

test('the hash of the sources changes with a source, not with a test', async () => {
  const project = await tempFolder()
  await mkdir(join(project, 'src'))
  await writeFile(join(project, 'src', 'a.ts'), '1')
  const first = sourceHash(project)
  await writeFile(join(project, 'src', 'a.test.ts'), 'test')
  expect(sourceHash(project)).toBe(first)
  await writeFile(join(project, 'src', 'a.ts'), '2')
  expect(sourceHash(project)).not.toBe(first)
})

test('of the stand-in, only the runtime is taken', () => {
  expect(carrierName('Cypress/Cypress')).toBe('electron')
  expect(carrierName('Cypress/locales/en-US.pak')).toBe('locales/en-US.pak')
  expect(carrierName('Cypress/LICENSE.electron.txt')).toBe('LICENSE')
  for (const name of [
    'Cypress/',
    'Other/electron',
    'Cypress/resources/app/index.js',
    'Cypress/browser_v8_context_snapshot.bin'
  ])
    expect(carrierName(name)).toBeNull()
})

describe('subordinate ids', () => {
  const user = { name: 'ann', uid: 1000 }

  test('nothing to do for a user who has them, by name or by number', () => {
    expect(subidCommand(user, 'ann:100000:65536\n', '1000:100000:65536\n')).toBeNull()
  })

  test('a free range for a user who has none or too few', () => {
    expect(subidCommand(user, '', '')).toBe(
      'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ann'
    )
    expect(subidCommand(user, 'bob:100000:65536\nann:5:10\n', 'bob:100000:65536\n')).toBe(
      'sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ann'
    )
    expect(subidCommand(user, 'ann:100000:65536', '# nothing')).toContain('--add-subuids 165536-231071')
  })
})

describe('suites', () => {
  test('all of them, or those that are named, in their own order', () => {
    expect(chooseSuites([])).toEqual(suites)
    expect(chooseSuites(['unit', 'lint']).map((suite) => suite.name)).toEqual(['lint', 'unit'])
    expect(() => chooseSuites(['units'])).toThrow(/There is no suite units. There are: types lint/)
  })
})

test('the display takes any of our connections, with a cookie', () => {
  const file = authorityFile(Buffer.from('0123456789abcdef'))
  expect(file.subarray(0, 6)).toEqual(Buffer.from([0xff, 0xff, 0, 0, 0, 0]))
  expect(file.toString('latin1', 6)).toBe('\0\x12MIT-MAGIC-COOKIE-1\0\x100123456789abcdef')
})
