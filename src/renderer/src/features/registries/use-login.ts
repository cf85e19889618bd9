/** What is typed into "Log in to a registry", where the login would be kept, and logging in with it or with what a cloud makes. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { toAppError } from '@shared/errors'
import type { LoginPlace } from '@shared/contract/registries'
import { doubtOf, kindFor, LOGIN_KINDS, type KindId } from './login-kinds'

type Typed = Parameters<typeof api.registries.logIn>[0]
type Cloud = Awaited<ReturnType<typeof api.logins.cloudProgram>>

interface Answers {
  readonly place: LoginPlace | null
  readonly cloud: Cloud
  readonly problem: string | null
}

/** For one time that the dialog is open. */
export function useLogin(asked: string, done: () => void) {
  const host = ref(asked)
  const username = ref('')
  const secret = ref('')
  const plain = ref(false)
  const submitted = ref(false)
  const chosen = ref<KindId>('docker')
  const answers = useAnswers(host)
  const logIn = useAction(async (login: Typed | null) =>
    login === null
      ? await api.logins.withCloud({ host: host.value, plain: plain.value })
      : await api.registries.logIn(login)
  )

  const kind = computed(() => kindFor(host.value, chosen.value))
  const place = computed(() => answers.value.place)
  const plainMissing = computed(() => place.value?.kind === 'file' && !plain.value)

  // A name that goes with a kind is typed for it, and taken back with it.
  watch(
    kind,
    (now, before) => {
      if (username.value === (before?.username ?? '')) username.value = now.username
    },
    { immediate: true }
  )

  /** Another kind than the address says is another address; Docker Hub needs none. */
  function choose(id: KindId): void {
    chosen.value = id
    if (kind.value.id === id && host.value !== '') return
    host.value = id === 'docker' ? '' : (LOGIN_KINDS.find((one) => one.id === id)?.host ?? '')
  }

  async function submit(withCloud = false): Promise<void> {
    submitted.value = true
    const typed = username.value !== '' && secret.value !== ''
    if (plainMissing.value || !(typed || withCloud)) return
    const login = { host: host.value, username: username.value, secret: secret.value, plain: plain.value }
    if ((await logIn.run(withCloud ? null : login)) === undefined) return
    secret.value = ''
    done()
  }

  return {
    ...{ host, username, secret, plain, submitted, kind, place, plainMissing, logIn, choose, submit },
    cloud: computed(() => (answers.value.cloud?.installed === true ? answers.value.cloud.program : null)),
    problem: computed(() => answers.value.problem),
    doubt: computed(() => doubtOf(kind.value, username.value, secret.value))
  }
}

/** What main says of the host that is typed; an answer to one that was typed before is dropped. */
function useAnswers(host: Readonly<Ref<string>>): Readonly<Ref<Answers>> {
  const answers = shallowRef<Answers>({ place: null, cloud: null, problem: null })
  watch(
    host,
    async (typed) => {
      const found = await answersFor(typed)
      if (typed === host.value) answers.value = found
    },
    { immediate: true }
  )
  return answers
}

async function answersFor(host: string): Promise<Answers> {
  try {
    const [place, cloud] = await Promise.all([
      api.registries.loginPlace({ host }),
      api.logins.cloudProgram({ host })
    ])
    return { place, cloud, problem: null }
  } catch (thrown) {
    return { place: null, cloud: null, problem: toAppError(thrown).message }
  }
}
