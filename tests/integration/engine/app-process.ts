/**
 * The app, as far as the engine is concerned: hosts a supervisor and prints its states, one a line, until SIGTERM. Built
 * by build-app.ts into one file, so that it runs as a process of its own that a test can kill.
 */
import { execPath } from 'node:process'
import { Settings } from '@shared/contract/settings'
import { createEngineSupervisor } from '@main/engine/supervisor'
import { createFileLogger } from '@main/platform/logger'
import { makeFolders, resolvePaths } from '@main/platform/paths'
import { openSettings } from '@main/platform/settings'

const [home = '', bundleDir = '', ...wrap] = process.argv.slice(2)
const paths = resolvePaths({ QUAYSIDE_HOME: home }, 'linux', '/')
makeFolders(paths)
const log = createFileLogger(paths.appLog, { level: 'debug' })
const settings = openSettings(paths.settingsFile, Settings, log)
const homeDir = `${home}/user`
const supervisor = createEngineSupervisor({ paths, settings, log, bundleDir, env: {}, homeDir, wrap })
const stop = new AbortController()

process.on('SIGTERM', () => {
  void supervisor.dispose().then(() => {
    stop.abort()
    process.exit(0)
  })
})

const command = (await supervisor.preconditions())
  .filter(({ result }) => result === 'failed')
  .map(({ id, detail }) => `precondition ${id}: ${detail}`)
for (const line of command) console.log(line)
console.log(`app ${process.pid} ${execPath}`)
for await (const { state } of supervisor.watch(stop.signal)) {
  const failure =
    state.name === 'failed' || state.name === 'backoff'
      ? ` ${state.failure.kind} ${state.failure.message}`
      : ''
  console.log(`${state.name}${failure}`)
}
