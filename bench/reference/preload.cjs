// The reference's two wires: the list, and the rows that changed.
/* global require */
/* eslint-disable @typescript-eslint/no-require-imports -- a sandboxed preload has to be CommonJS */
const { contextBridge, ipcRenderer } = require('electron')

contextBridge.exposeInMainWorld('engine', {
  list: () => ipcRenderer.invoke('list'),
  onRows: (/** @type {(rows: object[]) => void} */ listener) =>
    ipcRenderer.on('rows', (/** @type {unknown} */ _event, /** @type {object[]} */ rows) => listener(rows))
})
