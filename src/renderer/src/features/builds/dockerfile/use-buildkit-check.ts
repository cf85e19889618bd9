/**
 * BuildKit's own checks of the text of the editor: asked a second after the last change, one at a time; a change ends the
 * one that runs. What was found stays until there is news, and moves with its lines.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { BuildInput } from '@shared/contract/builds'
import type { DockerfileCheck } from '@shared/contract/dockerfiles'
import type { Stream } from '@shared/contract/dsl'
import { MOST_CHECKED_CHARACTERS } from '@shared/docker/dockerfile-limits'
import { toAppError } from '@shared/errors'
import { api } from '@/api'

const WAIT_MS = 1000
const STORAGE_KEY = 'quayside.buildkit-checks'

export type CheckedInput = Pick<BuildInput, 'context' | 'contextKind' | 'buildArgs' | 'target'>

export interface Checked {
  readonly text: string
  readonly check: DockerfileCheck
}

export interface BuildkitCheck {
  readonly wanted: Ref<boolean>
  readonly running: Readonly<Ref<boolean>>
  /** The last one, of the text it was made of; null while there is none. */
  readonly checked: Readonly<Ref<Checked | null>>
}

/** One check at a time: a new one, or none, ends the one that runs. */
function makeChecker(told: (checked: Checked | null, running: boolean) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stream: Stream<DockerfileCheck, never, unknown> | null = null
  let last: Checked | null = null

  async function check(text: string, input: CheckedInput): Promise<void> {
    const mine = api.dockerfiles.check({ ...input, text })
    stream = mine
    told(last, true)
    const answer = await answerOf(mine)
    if (stream !== mine) return
    stream = null
    if (answer !== null) last = { text, check: answer }
    told(last, false)
  }

  function stop(): void {
    clearTimeout(timer)
    stream?.close()
    stream = null
    told(last, false)
  }

  return {
    stop,
    forget() {
      last = null
      stop()
    },
    begin(text: string, input: CheckedInput) {
      stop()
      timer = setTimeout(() => {
        if (text.length <= MOST_CHECKED_CHARACTERS) void check(text, input)
        else told((last = { text, check: without('it is too long.') }), false)
      }, WAIT_MS)
    }
  }
}

export function useBuildkitCheck(source: () => { text: string; input: CheckedInput }): BuildkitCheck {
  const wanted = ref(localStorage.getItem(STORAGE_KEY) !== 'off')
  const running = shallowRef(false)
  const checked = shallowRef<Checked | null>(null)
  const checker = makeChecker((news, runs) => {
    checked.value = news
    running.value = runs
  })
  watch(
    () => {
      const { text, input } = source()
      const { context, contextKind, buildArgs, target } = input
      return wanted.value ? [text, context, contextKind, target, ...buildArgs] : null
    },
    (asked, before) => {
      if (asked === null) checker.forget()
      // The form makes its lists anew at every key that is typed anywhere in it.
      else if (!same(asked, before)) checker.begin(source().text, source().input)
    },
    { immediate: true }
  )
  watch(wanted, (on) => {
    if (on) localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, 'off')
  })
  onScopeDispose(checker.stop)
  return { wanted, running, checked }
}

function same(one: readonly string[], other: readonly string[] | null | undefined): boolean {
  return one.length === other?.length && one.every((part, index) => part === other[index])
}

/** null for a check that was left. */
async function answerOf(stream: Stream<DockerfileCheck, never, unknown>): Promise<DockerfileCheck | null> {
  let answer: DockerfileCheck | null = null
  try {
    for await (const item of stream) answer = item
    return answer
  } catch (thrown) {
    return without(toAppError(thrown).message)
  }
}

function without(unavailable: string): DockerfileCheck {
  return { findings: [], stopped: false, unavailable }
}
