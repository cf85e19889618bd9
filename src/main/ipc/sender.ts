/** Who may speak to main: our own window's top frame, showing our own page. Everything else is refused and logged. */

/** The part of a WebFrameMain that is looked at. */
export interface SenderFrame {
  readonly url: string
  readonly parent: unknown
}

/** The part of an IPC event that is looked at. */
export interface SenderEvent {
  readonly senderFrame: SenderFrame | null
  readonly sender: { readonly id: number }
}

/**
 * The three checks: a known window, its top frame, our origin.
 *
 * @param windows Ids of the web contents that show our page.
 * @param origin For example `app://quayside`.
 */
export function isTrustedSender(event: SenderEvent, windows: ReadonlySet<number>, origin: string): boolean {
  const frame = event.senderFrame
  if (frame === null || frame.parent !== null || !windows.has(event.sender.id)) return false
  try {
    const url = new URL(frame.url)
    return `${url.protocol}//${url.host}` === origin
  } catch {
    return false
  }
}
