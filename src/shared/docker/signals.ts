/** The signals one sends to a process by hand, most wanted first, by the names that `docker kill -s` and `kill -s` take. */
export const SIGNALS = ['TERM', 'KILL', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2', 'STOP', 'CONT'] as const
export type Signal = (typeof SIGNALS)[number]

/** What each one asks for, as signal(7) has it. */
export const SIGNAL_MEANING: Readonly<Record<Signal, string>> = {
  TERM: 'end in good order',
  KILL: 'end at once',
  INT: 'interrupt, as Ctrl+C does',
  HUP: 'hang up; many servers read their configuration again',
  QUIT: 'quit with a core dump',
  USR1: 'what the program makes of it',
  USR2: 'what the program makes of it',
  STOP: 'stand still until CONT',
  CONT: 'go on after STOP'
}

/** The words after `docker exec …`: a shell's own `kill`, because many images have no program of that name. */
export function killWords(signal: Signal, pid: number): readonly [string, string, string] {
  return ['sh', '-c', `kill -s ${signal} ${pid}`]
}
