// `npm test [-- suites]`: gets everything ready, runs the suites of scripts/lib/suites.mjs, shows what failed, a table,
// and as the last line `N passed, N failed`. The exit code is 0 only when every suite ran tests and all passed.
import fsp from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { endAll, pool, runGroup } from './lib/jobs.mjs'
import { logger } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { chooseSuites } from './lib/suites.mjs'
import { closingLine, judge, sum, table } from './lib/test-report.mjs'
import { startDisplay } from './lib/xvfb.mjs'
import { runMain, setup, setupPackages } from './setup.mjs'

const log = logger('test')

/** How much of a failed suite's output is shown. */
const SHOWN_LINES = 400

/**
 * Runs one suite.
 * @param {import('./lib/suites.mjs').Suite} suite
 * @param {string} reports
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<import('./lib/test-report.mjs').SuiteResult>}
 */
async function runSuite(suite, reports, env) {
  const start = Date.now()
  log.say(`${suite.name} …`)
  const counts = []
  let failures = ''
  for (const command of suite.commands(reports)) {
    const timeoutMs = suite.minutes * 60_000
    const result = await runGroup(command.args, { cwd: root, env: { ...env, ...command.env }, timeoutMs })
    const count = command.count(result.code)
    if (result.timedOut) count.notes.push(`stopped after ${suite.minutes} minutes`)
    counts.push(count)
    if (count.failed > 0) failures += result.output
  }
  const count = judge(sum(counts), Boolean(process.env['CI']))
  const seconds = (Date.now() - start) / 1000
  if (failures) {
    const lines = failures.trimEnd().split('\n')
    if (lines.length > SHOWN_LINES)
      lines.splice(0, lines.length - SHOWN_LINES, `(the last ${SHOWN_LINES} lines)`)
    console.log(`\n----- ${suite.name} -----\n${lines.join('\n')}\n----- end of ${suite.name} -----\n`)
  }
  log.say(`${suite.name}: ${closingLine(count)} (${seconds.toFixed(1)} s)`)
  return { name: suite.name, seconds, count }
}

/** Runs the chosen suites and says how it went. */
async function main() {
  const chosen = chooseSuites(process.argv.slice(2))
  const engine = chosen.some((suite) => suite.engine)
  await (engine ? setup({ tests: true }) : setupPackages())
  const reports = await fsp.mkdtemp(path.join(os.tmpdir(), 'quayside-reports-'))
  const display = engine && process.platform === 'linux' ? await startDisplay() : null
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.once(signal, () => {
      endAll()
      process.exit(128 + os.constants.signals[signal])
    })
  try {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...display?.env }
    /** @param {1 | 2} phase @param {number} width */
    const run = (phase, width) =>
      pool(
        chosen.filter((suite) => suite.phase === phase).map((suite) => () => runSuite(suite, reports, env)),
        width
      )
    const results = [...(await run(1, 2)), ...(await run(2, 1))]
    const total = sum(results.map((result) => result.count))
    console.log(`\n${table(results)}\n`)
    console.log(closingLine(total))
    return total.failed === 0 ? 0 : 1
  } finally {
    await display?.stop()
    await fsp.rm(reports, { recursive: true, force: true })
  }
}

await runMain(main)
