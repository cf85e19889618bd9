/** The tones a StateBadge knows; each has its own icon, so that none is told by colour alone. */
export type StateTone = 'ok' | 'busy' | 'paused' | 'stopped' | 'neutral' | 'warn' | 'danger'
