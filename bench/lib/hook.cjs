// Loaded into each measured app before its own code (`electron -r`), the same in all of them: puts probe.js into the page
// before the page's scripts run and does what the harness asks over the process' message channel. It lets go of the page
// (detaches the debugger) as soon as the list is there, so that nothing of ours runs while an app rests.
/* global require, process, __dirname */
/* eslint-disable @typescript-eslint/no-require-imports -- a module for `-r` has to be CommonJS */
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { app, BrowserWindow } = require('electron')

const BINDING = 'quaysideBenchReady'
const config = process.env['QUAYSIDE_BENCH_PROBE'] ?? '{}'
const probe = `globalThis.quaysideBench ??= ${config};\n${readFileSync(path.join(__dirname, 'probe.js'), 'utf8')}`

// A packed app does without the checks that only find faults of ours (results against the contract).
const { packaged, resources } = JSON.parse(config)
if (packaged === true) {
  Object.defineProperty(app, 'isPackaged', { value: true })
  Object.defineProperty(process, 'resourcesPath', { value: resources })
}

/** @param {object} message */
const tell = (message) => process.send?.(message)

/** @param {import('electron').WebContents} contents */
function instrument(contents) {
  const { debugger: page } = contents
  page.attach('1.3')
  page.on('message', (_event, method, params) => {
    if (method === 'Runtime.executionContextCreated' && params.context.auxData?.isDefault === true) {
      // The first document is often there before its renderer hears of the script; the probe runs once in each.
      const document = { expression: probe, contextId: params.context.id }
      page.sendCommand('Runtime.evaluate', document).catch(() => undefined)
    } else if (method === 'Runtime.bindingCalled' && params.name === BINDING) {
      page.detach()
      tell({ type: 'ready', value: JSON.parse(params.payload) })
    }
  })
  const commands = [
    page.sendCommand('Page.enable'),
    page.sendCommand('Runtime.enable'),
    page.sendCommand('Runtime.addBinding', { name: BINDING }),
    page.sendCommand('Page.addScriptToEvaluateOnNewDocument', { source: probe })
  ]
  Promise.all(commands).catch((/** @type {unknown} */ error) =>
    tell({ type: 'broken', value: String(error) })
  )
}

let instrumented = false
app.on('web-contents-created', (_event, contents) => {
  if (instrumented || contents.getType() !== 'window') return
  instrumented = true
  instrument(contents)
})

/** @type {Record<string, (argument: string) => unknown>} */
const verbs = {
  evaluate: (expression) =>
    BrowserWindow.getAllWindows()[0]?.webContents.mainFrame.executeJavaScript(expression),
  hide: () => BrowserWindow.getAllWindows().forEach((window) => window.hide()),
  show: () => BrowserWindow.getAllWindows().forEach((window) => window.show()),
  quit: () => app.quit()
}

process.on(
  'message',
  (/** @type {{ id: number, verb: string, argument: string }} */ { id, verb, argument }) => {
    Promise.resolve()
      .then(() => verbs[verb]?.(argument))
      .then(
        (value) => tell({ type: 'answer', id, value }),
        (/** @type {unknown} */ error) => tell({ type: 'answer', id, error: String(error) })
      )
  }
)
// Without its harness an app under measurement has no reason to live.
process.on('disconnect', () => app.exit(1))
