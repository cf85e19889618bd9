/** The desktop's own notifications. They know nothing of containers: a title, a text, and what a click does. */
import { Notification } from 'electron'

/** Kept until they are gone: a notification that is collected as garbage loses its click. */
const shown = new Set<Notification>()
const MOST_KEPT = 20

export function notificationsSupported(): boolean {
  return Notification.isSupported()
}

export function showNotification(
  text: { readonly title: string; readonly body: string },
  onClick: () => void
): void {
  if (!notificationsSupported()) return
  const notification = new Notification({ title: text.title, body: text.body })
  const forget = (): void => void shown.delete(notification)
  notification.on('click', () => {
    forget()
    onClick()
  })
  notification.on('close', forget)
  notification.on('failed', forget)
  shown.add(notification)
  const [oldest] = shown
  if (shown.size > MOST_KEPT && oldest !== undefined) shown.delete(oldest)
  notification.show()
}
