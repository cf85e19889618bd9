// The floor: an empty Electron window with the page settings every app of ours has. Nothing can start, rest or weigh less.
import path from 'node:path'
import { app, BrowserWindow } from 'electron'

app.setPath('userData', path.join(process.env['QUAYSIDE_HOME'] ?? '', 'floor'))
app.on('window-all-closed', () => app.quit())

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, spellcheck: false }
  })
  window.once('ready-to-show', () => window.show())
  void window.loadFile(path.join(import.meta.dirname, 'index.html'))
})
