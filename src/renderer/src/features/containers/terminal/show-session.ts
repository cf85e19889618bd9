/**
 * Shows one session of main on a terminal: output is written at the speed the terminal parses it, input and size go back.
 * Closing it leaves the session running; shown again it goes on where this terminal is.
 */
import type { Terminal } from '@xterm/xterm'
import type { SessionEnd, SessionOutput, TerminalSize } from '@shared/contract/exec'
import type { Stream } from '@shared/contract/dsl'
import { humanSize } from '@shared/docker/size'
import { LineInput } from './line-input'

type Input = Uint8Array<ArrayBuffer> | TerminalSize
export type SessionStream = Stream<SessionOutput, Input, SessionEnd | null>

/** One message to main; a larger paste is sent in several. */
const INPUT_BYTES = 64 * 1024

export interface Shown {
  /** Settles when the stream ended or was closed; rejects when it failed. */
  readonly over: Promise<void>
  size(size: TerminalSize): void
  close(): void
}

/** How much of a session a terminal has shown; kept while it is not connected. */
export interface Progress {
  bytes: number
}

export function showSession(
  terminal: Terminal,
  open: (from: number) => SessionStream,
  progress: Progress,
  options: { readonly input: boolean; readonly tty: boolean }
): Shown {
  const stream = open(progress.bytes)
  const encoder = new TextEncoder()
  const line = options.tty ? null : new LineInput((echo) => terminal.write(echo))
  const send = (bytes: Uint8Array<ArrayBuffer>): void => {
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) stream.send(bytes.slice(at, at + INPUT_BYTES))
  }
  const typed = terminal.onData((text) => {
    const data = line === null ? text : line.type(text)
    if (data !== '') send(encoder.encode(data))
  })
  // Mouse reports of old programs are bytes and no text.
  const bytes = terminal.onBinary((data) => send(Uint8Array.from(data, (char) => char.charCodeAt(0) & 0xff)))
  // Nothing is answered to what was asked while nobody looked, and nothing typed before the screen is there.
  terminal.options.disableStdin = true

  async function show(): Promise<void> {
    try {
      for await (const item of stream) await apply(terminal, item, progress, options.input)
    } finally {
      terminal.options.disableStdin = true
      typed.dispose()
      bytes.dispose()
    }
  }
  return { over: show(), size: (size) => stream.send(size), close: () => stream.close() }
}

/** Done when the terminal has parsed it: that is what main hears as "used". */
async function apply(
  terminal: Terminal,
  item: SessionOutput,
  progress: Progress,
  input: boolean
): Promise<void> {
  if (item instanceof Uint8Array) {
    await written(terminal, item)
    progress.bytes += item.length
  } else if (item.type === 'live') {
    terminal.options.disableStdin = !input
  } else if (item.type === 'skipped') {
    await written(terminal, leftOut(terminal, item.at - progress.bytes, item.modes))
    progress.bytes = item.at
  } else if (item.at !== progress.bytes) {
    terminal.reset()
    await written(terminal, item.modes)
    progress.bytes = item.at
  }
}

/**
 * A line that says what is not shown. CAN ends a sequence that was cut, SGR 0 and SI what colour and characters it left.
 */
function leftOut(terminal: Terminal, bytes: number, modes: string): string {
  const newLine = terminal.buffer.active.cursorX === 0 ? '' : '\r\n'
  return `\u0018\u000f\u001b[0m${modes}${newLine}\u001b[2m[${humanSize(bytes, 3)} not shown]\u001b[0m\r\n`
}

function written(terminal: Terminal, data: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve))
}
