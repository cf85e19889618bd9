/** What the user decided, kept in `settings.json`. Every key has a default, so a damaged file loses only what is damaged. */
import { z } from 'zod'
import { call, stream } from './dsl'
import { EngineSource } from './engine'

export const Theme = z.enum(['system', 'light', 'dark', 'contrast'])
export type Theme = z.output<typeof Theme>

export const Settings = z.object({
  engine: z.object({
    /** null until the user has chosen; the bundled engine is used unless another one answers. */
    source: EngineSource.nullable().default(null),
    /** Whether the bundled engine starts with the app. */
    startAtLaunch: z.boolean().default(true)
  }),
  theme: Theme.default('system')
})
export type Settings = z.output<typeof Settings>

/** The keys a page may change directly; the engine's source changes through `engine.use`. */
export const SettingsUpdate = z.object({
  theme: Theme.optional(),
  startAtLaunch: z.boolean().optional()
})
export type SettingsUpdate = z.output<typeof SettingsUpdate>

export const settings = {
  watch: stream({ item: Settings, delivery: 'state' }),
  update: call({ params: SettingsUpdate, result: z.void() })
}
