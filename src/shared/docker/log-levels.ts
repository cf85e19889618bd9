/** The levels by which lines are counted and filtered. Apart from the contract, so that the scanning thread loads no schemas. */

/** `other` is a line of JSON without a known level, `none` one that is not JSON. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'other', 'none'] as const
export type LogLevelName = (typeof LOG_LEVELS)[number]
