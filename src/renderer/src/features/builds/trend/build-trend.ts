/** Builds of the same thing over time: of one context, Dockerfile and target. Pure; no Vue. */
import type { BuildRecord } from '@shared/contract/build-history'
import { cachedShare } from '../build-rows'

/** More points than this are not told apart in the figure. */
export const MOST_POINTS = 40

type Place = Pick<BuildRecord, 'context' | 'dockerfile' | 'target' | 'name'>

/** A tag is another one with every build. */
const withoutTag = (name: string): string => name.replace(/:[^/:]+$/, '')

/** What builds of the same thing have in common; where the context is not known (it was started elsewhere) the image has to do. */
export function recipeOf({ context, dockerfile, target, name }: Place): string {
  return JSON.stringify([context === '' ? withoutTag(name) : context, dockerfile, target])
}

export function recipeLabel({ context, dockerfile, target, name }: Place): string {
  const details = [dockerfile === 'Dockerfile' ? '' : dockerfile, target === '' ? '' : `target ${target}`]
  const more = details.filter((part) => part !== '').join(', ')
  const place = context === '' ? withoutTag(name) : context
  return more === '' ? place : `${place} (${more})`
}

/** Those that have ended, the oldest first; at most {@link MOST_POINTS}, the newest of them. */
export function trendOf(builds: Iterable<BuildRecord>, recipe: string): readonly BuildRecord[] {
  return [...builds]
    .filter((build) => build.state !== 'Running' && recipeOf(build) === recipe)
    .sort((a, b) => a.createdAt - b.createdAt)
    .slice(-MOST_POINTS)
}

/** The last build of the same thing that ended before this one began; null when it was the first. */
export function buildBefore(builds: Iterable<BuildRecord>, build: BuildRecord): BuildRecord | null {
  const recipe = recipeOf(build)
  let before: BuildRecord | null = null
  for (const one of builds) {
    if (one.state === 'Running' || one.createdAt >= build.createdAt || recipeOf(one) !== recipe) continue
    if (before === null || one.createdAt > before.createdAt) before = one
  }
  return before
}

/** What there is a choice of: recipes with more than one build, the most recent first. */
export function recipesOf(builds: Iterable<BuildRecord>): readonly { value: string; label: string }[] {
  const found = new Map<string, { label: string; count: number; latest: number }>()
  for (const build of builds) {
    const key = recipeOf(build)
    const known = found.get(key) ?? { label: recipeLabel(build), count: 0, latest: 0 }
    found.set(key, { ...known, count: known.count + 1, latest: Math.max(known.latest, build.createdAt) })
  }
  return [...found]
    .filter(([, { count }]) => count > 1)
    .sort(([, a], [, b]) => b.latest - a.latest)
    .map(([value, { label, count }]) => ({ value, label: `${label} (${count})` }))
}

export function cachedText({ stepsCached, stepsTotal }: BuildRecord): string {
  return `${stepsCached} of ${stepsTotal} cached`
}

export interface TrendPoint {
  readonly build: BuildRecord
  /** In percent of the figure, from its left (the middle of its bar) and from its bottom. */
  readonly x: number
  readonly duration: number
  readonly cached: number
}

/** Durations against the longest, shares of cached steps against all of them. */
export function trendPoints(builds: readonly BuildRecord[]): readonly TrendPoint[] {
  const longest = Math.max(1, ...builds.map(({ durationMs }) => durationMs ?? 0))
  return builds.map((build, index) => ({
    build,
    x: ((index + 0.5) / builds.length) * 100,
    duration: ((build.durationMs ?? 0) / longest) * 100,
    cached: (cachedShare(build) ?? 0) * 100
  }))
}
