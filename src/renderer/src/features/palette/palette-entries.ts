/**
 * What the command palette offers and how a query narrows it. Pure: entries are plain data, running one is up to the palette.
 * Thousands of containers are cheap here: their entries are made only for those that are shown.
 */
import { Box, Moon, Play, RotateCw, Square } from '@lucide/vue'
import type { Component } from 'vue'
import { allowedActions, containerName, type ContainerSummary } from '@shared/docker/container'
import type { Theme } from '@shared/contract/settings'

export type PaletteCommand =
  | { readonly type: 'open'; readonly path: string }
  | { readonly type: 'container'; readonly verb: 'start' | 'stop'; readonly id: string }
  | { readonly type: 'engine'; readonly verb: 'start' | 'stop' | 'restart' }
  | { readonly type: 'theme'; readonly theme: Theme }

export interface PaletteEntry {
  readonly key: string
  readonly label: string
  /** What kind of thing it is about, shown at the end of the line. */
  readonly kind: 'Page' | 'Engine' | 'Theme' | 'Container'
  readonly icon: Component
  readonly command: PaletteCommand
}

/** What is listed at most: nobody reads further, they type on. */
export const MOST_ENTRIES = 50

const THEMES: readonly { readonly theme: Theme; readonly word: string }[] = [
  { theme: 'system', word: 'system' },
  { theme: 'light', word: 'light' },
  { theme: 'dark', word: 'dark' },
  { theme: 'contrast', word: 'high contrast' }
]

/** Everything but containers: pages, what the engine allows now, themes. */
export function fixedEntries(
  pages: readonly { readonly title: string; readonly path: string; readonly icon: Component }[],
  engine: { readonly canStart: boolean; readonly canStop: boolean; readonly running: boolean }
): readonly PaletteEntry[] {
  const entries: PaletteEntry[] = pages.map(({ title, path, icon }) => ({
    key: path,
    label: title,
    kind: 'Page',
    icon,
    command: { type: 'open', path }
  }))
  const engineEntry = (verb: 'start' | 'stop' | 'restart', label: string, icon: Component): PaletteEntry => ({
    key: `engine-${verb}`,
    label,
    kind: 'Engine',
    icon,
    command: { type: 'engine', verb }
  })
  if (engine.canStart) entries.push(engineEntry('start', 'Start engine', Play))
  if (engine.canStop) entries.push(engineEntry('stop', 'Stop engine', Square))
  if (engine.canStop && engine.running) entries.push(engineEntry('restart', 'Restart engine', RotateCw))
  for (const { theme, word } of THEMES) {
    entries.push({
      key: `theme-${theme}`,
      label: `Use the ${word} theme`,
      kind: 'Theme',
      icon: Moon,
      command: { type: 'theme', theme }
    })
  }
  return entries
}

/** A container's page, and the verb its state allows. */
export function containerEntries(container: ContainerSummary): readonly PaletteEntry[] {
  const [name, allowed] = [containerName(container), allowedActions(container.State)]
  const verb = allowed.start ? 'start' : allowed.stop ? 'stop' : null
  const open: PaletteEntry = {
    key: container.Id,
    label: name,
    kind: 'Container',
    icon: Box,
    command: { type: 'open', path: `/containers/${container.Id}` }
  }
  if (verb === null) return [open]
  return [
    open,
    {
      key: `${container.Id}-${verb}`,
      label: `${verb === 'start' ? 'Start' : 'Stop'} ${name}`,
      kind: 'Container',
      icon: verb === 'start' ? Play : Square,
      command: { type: 'container', verb, id: container.Id }
    }
  ]
}

/** The entries that hold every word of the query, fixed ones first, {@link MOST_ENTRIES} at most. */
export function matchingEntries(
  query: string,
  fixed: readonly PaletteEntry[],
  containers: Iterable<ContainerSummary>
): readonly PaletteEntry[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const fits = (text: string): boolean => words.every((word) => text.includes(word))
  const found = fixed.filter((entry) => fits(entry.label.toLowerCase()))
  for (const container of containers) {
    if (found.length >= MOST_ENTRIES) break
    // "start web" and "web" both mean the container web, so its verbs count as words of its name.
    if (!fits(`start stop ${containerName(container).toLowerCase()}`)) continue
    found.push(...containerEntries(container).filter((entry) => fits(entry.label.toLowerCase())))
  }
  return found.slice(0, MOST_ENTRIES)
}
