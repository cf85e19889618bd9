/** What no page may do, whatever it shows: navigate away, open windows, ask for permissions, attach web views. */
import { app, type Session, type WebContents } from 'electron'
import type { Logger } from '@main/platform/logger'

/** Applies to every page there is and will be; call once before the first window. */
export function hardenPages(log: Logger): void {
  app.on('web-contents-created', (_event, contents) => {
    hardenContents(contents, log)
  })
}

function hardenContents(contents: WebContents, log: Logger): void {
  const refuse = (what: string) => (event: { preventDefault(): void; readonly url?: string }) => {
    event.preventDefault()
    log.warn(`page refused: ${what}`, { area: 'shell', path: (event.url ?? '').slice(0, 200) })
  }
  contents.on('will-navigate', refuse('navigation'))
  contents.on('will-redirect', refuse('redirect'))
  contents.on('will-frame-navigate', refuse('frame navigation'))
  contents.on('will-attach-webview', refuse('web view'))
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('page refused: new window', { area: 'shell', path: url.slice(0, 200) })
    return { action: 'deny' }
  })
}

/** Pages get no permission at all: not notifications, not the clipboard, not devices. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
}
