/** A picture of the window as a file, for starts without a display (`npm start` on a server) and for the README. */
import { writeFile } from 'node:fs/promises'
import type { BrowserWindow } from 'electron'

/**
 * Runs in the page: until nothing of it has been busy for half a second (what is loading says so to screen readers), ten
 * seconds at most, and then two frames, in which the last of it is painted.
 */
const SETTLED = `new Promise((done) => {
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
  const busy = () => document.querySelector('[aria-busy="true"]') !== null
  let quiet
  const look = () => { clearTimeout(quiet); if (!busy()) quiet = setTimeout(settle, 500) }
  const observer = new MutationObserver(look)
  const latest = setTimeout(settle, 10000)
  function settle() { observer.disconnect(); clearTimeout(quiet); clearTimeout(latest); painted() }
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-busy'] })
  look()
})`

/** Writes what the window shows as a PNG, after the page has painted what it is about to know. */
export async function saveScreenshot(window: BrowserWindow, file: string): Promise<void> {
  await window.webContents.executeJavaScript(SETTLED)
  const image = await window.webContents.capturePage()
  await writeFile(file, image.toPNG())
}
