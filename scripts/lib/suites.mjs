// The suites of `npm test`: what each runs, what it needs, and how its result is counted.
import fs from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'
import { countCheck, countPlaywright, countVitest } from './test-report.mjs'

/**
 * @typedef {import('./test-report.mjs').Count} Count
 *
 * @typedef {object} Command
 * @property {string[]} args run with Node.js: a program below node_modules and its arguments
 * @property {Record<string, string>} [env]
 * @property {(code: number) => Count} count called after the end, with the exit code
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {1 | 2} phase suites of phase 1 run side by side; those of phase 2 own the machine, one after the other
 * @property {boolean} engine needs Electron, the engine, a display and the build
 * @property {number} minutes the longest it may take
 * @property {(reports: string) => Command[]} commands `reports` is a folder for report files
 */

/** @param {string} file */
const bin = (file) => path.join(root, 'node_modules', file)

/** @param {string} file @returns {unknown} */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** A static check: it is one test. @param {string[]} args @returns {Command} */
const check = (...args) => ({ args, count: countCheck })

/**
 * Vitest on some projects.
 * @param {string} reports
 * @param {string[]} projects
 * @returns {Command[]}
 */
function vitest(reports, projects) {
  const report = path.join(reports, `vitest-${projects.join('-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [
    bin('vitest/vitest.mjs'),
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    ...reporters
  ]
  return [{ args, count: (code) => countVitest(readJson(report), code) }]
}

/**
 * Playwright's tests.
 * @param {string} reports
 * @returns {Command[]}
 */
function playwright(reports) {
  const report = path.join(reports, 'playwright.json')
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  const args = [bin('@playwright/test/cli.js'), 'test', '--reporter=line,json']
  return [{ args, env, count: (code) => countPlaywright(readJson(report), code) }]
}

const vueTsc = bin('vue-tsc/bin/vue-tsc.js')

/** Every suite; the slow ones of a phase first, so that they overlap with the rest. @type {Suite[]} */
export const suites = [
  {
    name: 'types',
    phase: 1,
    engine: false,
    minutes: 20,
    commands: () => [
      check(vueTsc, '--build', '--noEmit'),
      check(vueTsc, '-p', 'tsconfig.compat.json', '--noEmit')
    ]
  },
  {
    name: 'lint',
    phase: 1,
    engine: false,
    minutes: 20,
    commands: () => [check(bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0')]
  },
  {
    name: 'unit',
    phase: 1,
    engine: false,
    minutes: 20,
    commands: (reports) => vitest(reports, ['main', 'renderer'])
  },
  {
    name: 'contract',
    phase: 1,
    engine: false,
    minutes: 20,
    commands: (reports) => vitest(reports, ['contract'])
  },
  {
    name: 'format',
    phase: 1,
    engine: false,
    minutes: 15,
    commands: () => [check(bin('prettier/bin/prettier.cjs'), '--check', '.')]
  },
  {
    name: 'integration',
    phase: 2,
    engine: true,
    minutes: 30,
    commands: (reports) => vitest(reports, ['integration'])
  },
  { name: 'e2e', phase: 2, engine: true, minutes: 30, commands: playwright }
]

/**
 * The suites with these names, all of them when none is named.
 * @param {string[]} names
 */
export function chooseSuites(names) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0)
    throw new Error(
      `There is no suite ${unknown.join(', ')}. There are: ${suites.map((suite) => suite.name).join(' ')}.`
    )
  return names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name))
}
