/**
 * Sessions that go with the page they were opened for. Ending what runs in one takes a moment; a page of the same container
 * that is opened meanwhile neither shows it nor counts it. Outlives the pages, so it is kept here and not in one of them.
 */
import { shallowReactive } from 'vue'
import { api } from '@/api'

const leaving = shallowReactive(new Set<string>())

export const isLeaving = (sessionId: string): boolean => leaving.has(sessionId)

/** Closes it. One that cannot be ended is shown again; of the others the list may tell a moment longer, so they stay here. */
export function closeUnseen(sessionId: string): void {
  leaving.add(sessionId)
  api.exec.close({ sessionId }).catch(() => leaving.delete(sessionId))
}
