/** What a thread reads out of the text of the editor, a moment after it was changed. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { Analyser, startAnalysisThread } from './language/analyser'
import { NO_ANALYSIS, type Analysis } from './language/analysis-types'

const WAIT_MS = 150

export interface AnalysisView {
  readonly analysis: Readonly<Ref<Analysis>>
  /** The text it is of. */
  readonly text: Readonly<Ref<string | null>>
  /** The text takes too long to read. */
  readonly tooLong: Readonly<Ref<boolean>>
}

export function useAnalysis(source: () => string, start = startAnalysisThread): AnalysisView {
  const analysis = shallowRef(NO_ANALYSIS)
  const text = shallowRef<string | null>(null)
  const tooLong = shallowRef(false)
  const analyser = new Analyser((read, found) => {
    tooLong.value = found === null
    analysis.value = found ?? NO_ANALYSIS
    text.value = read
  }, start)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    source,
    (now) => {
      clearTimeout(timer)
      timer = setTimeout(() => analyser.read(now), text.value === null ? 0 : WAIT_MS)
    },
    { immediate: true }
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    analyser.close()
  })
  return { analysis, text, tooLong }
}
