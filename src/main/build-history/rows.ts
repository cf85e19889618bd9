/** A record of BuildKit as a row of the list "Builds". Pure. */
import type { BuildRecord } from '@shared/contract/build-history'
import { oneLine } from '@shared/docker/text'
import type { HistoryRecord } from '../docker/buildkit/records'
import { nameOfBuild, placeOfBuild, type LocalState } from './names'

const MOST_NAME = 500
const MOST_ERROR = 2000

export function rowOf(record: HistoryRecord, local: LocalState | null, builder: string): BuildRecord {
  const { ref, attrs, created, completed } = record
  const tags = tagsOf(record)
  const place = placeOfBuild(attrs, local)
  return {
    Id: ref,
    ref,
    name: oneLine(nameOfBuild(attrs, local), MOST_NAME) || oneLine(tags[0] ?? ref, MOST_NAME),
    tags,
    state: stateOf(record),
    createdAt: created,
    startedAt: created,
    completedAt: completed,
    durationMs: completed === null ? null : Math.max(0, completed - created),
    stepsTotal: record.steps,
    stepsCached: record.cachedSteps,
    stepsDone: record.completedSteps,
    warnings: record.warnings,
    pinned: record.pinned,
    error: oneLine(record.error?.message ?? '', MOST_ERROR),
    builder,
    context: oneLine(place.context, MOST_NAME),
    dockerfile: oneLine(place.dockerfile, MOST_NAME),
    target: oneLine(place.target, MOST_NAME)
  }
}

function stateOf({ completed, error }: HistoryRecord): BuildRecord['state'] {
  if (completed === null) return 'Running'
  if (error === null) return 'Done'
  return error.canceled ? 'Canceled' : 'Error'
}

/** What the exporters were told to call the image, as the CLI writes it: without the registry nobody has to name. */
function tagsOf({ exporters }: HistoryRecord): string[] {
  const names = exporters.flatMap(({ attrs }) => (attrs.get('name') ?? '').split(','))
  const shown = names.map((name) => oneLine(name.replace(/^docker\.io\/(?:library\/)?/, ''), MOST_NAME))
  return [...new Set(shown.filter((name) => name !== ''))]
}
