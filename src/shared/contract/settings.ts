/** What the user decided, kept in `settings.json`. Every key has a default, so a damaged file loses only what is damaged. */
import { z } from 'zod'
import { call, stream } from './dsl'
import { EngineSource } from './engine'

export const Theme = z.enum(['system', 'light', 'dark', 'contrast'])
export type Theme = z.output<typeof Theme>

/** What the desktop is told of, also while the window is hidden. */
export const NotificationKinds = z.object({
  /** A container ended by itself. */
  died: z.boolean().default(true),
  unhealthy: z.boolean().default(true),
  outOfMemory: z.boolean().default(true)
})
export type NotificationKinds = z.output<typeof NotificationKinds>

export const Settings = z.object({
  engine: z.object({
    /** null until the user has chosen; the bundled engine is used unless another one answers. */
    source: EngineSource.nullable().default(null),
    /** Whether the bundled engine starts with the app. */
    startAtLaunch: z.boolean().default(true)
  }),
  theme: Theme.default('system'),
  notifications: NotificationKinds
})
export type Settings = z.output<typeof Settings>

/** The keys a page may change directly; the engine's source changes through `engine.use`. */
export const SettingsUpdate = z.object({
  theme: Theme.optional(),
  startAtLaunch: z.boolean().optional(),
  notifications: z
    .object({ died: z.boolean(), unhealthy: z.boolean(), outOfMemory: z.boolean() })
    .partial()
    .optional()
})
export type SettingsUpdate = z.output<typeof SettingsUpdate>

export const settings = {
  watch: stream({ item: Settings, delivery: 'state' }),
  update: call({ params: SettingsUpdate, result: z.void() })
}
