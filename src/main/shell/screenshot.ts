/** A picture of the window as a file, for starts without a display (`npm start` on a server) and for the README. */
import { writeFile } from 'node:fs/promises'
import type { BrowserWindow } from 'electron'

/** Writes what the window shows now as a PNG, after the page has painted what it knows. */
export async function saveScreenshot(window: BrowserWindow, file: string): Promise<void> {
  // Two frames: one to apply the state that just arrived, one to have it painted.
  await window.webContents.executeJavaScript(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))'
  )
  const image = await window.webContents.capturePage()
  await writeFile(file, image.toPNG())
}
