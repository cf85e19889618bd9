// The reference: the smallest program that does the job. It lists the containers once, follows /events, asks for the one
// row an event names and hands it to the page. What it lacks (states of the engine, errors, everything else) is the point.
import http from 'node:http'
import path from 'node:path'
import { app, BrowserWindow, ipcMain } from 'electron'

const socketPath = (process.env['DOCKER_HOST'] ?? '').replace(/^unix:\/\//, '')
const agent = new http.Agent({ keepAlive: true })

app.setPath('userData', path.join(process.env['QUAYSIDE_HOME'] ?? '', 'reference'))
app.on('window-all-closed', () => app.quit())

/**
 * @param {string} query
 * @returns {Promise<object[]>}
 */
function list(query) {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, agent, path: `/containers/json?all=1${query}` }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (part) => (text += part))
      reply.on('end', () => resolve(JSON.parse(text)))
    })
    request.on('error', reject)
  })
}

/** @param {(id: string) => void} onContainer */
function follow(onContainer) {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }))
  http.get({ socketPath, path: `/events?filters=${filters}` }, (reply) => {
    let rest = ''
    reply.setEncoding('utf8').on('data', (part) => {
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onContainer(JSON.parse(line).Actor.ID)
    })
  })
}

const rows = list('')
ipcMain.handle('list', () => rows)

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    show: false,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      spellcheck: false,
      preload: path.join(import.meta.dirname, 'preload.cjs')
    }
  })
  window.once('ready-to-show', () => window.show())
  void window.loadFile(path.join(import.meta.dirname, 'index.html'))

  /** @type {Set<string>} */
  const dirty = new Set()
  follow((id) => {
    dirty.add(id)
    if (dirty.size === 1) setTimeout(() => void flush(), 20)
  })
  async function flush() {
    const ids = [...dirty]
    dirty.clear()
    const changed = await list(`&filters=${encodeURIComponent(JSON.stringify({ id: ids }))}`)
    if (!window.isDestroyed()) window.webContents.send('rows', changed)
  }
})
