import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { emptyBuild } from '@shared/builds/empty-build'
import type { BuildDetail, BuildFailure, BuildInput, BuildStep } from '@shared/contract/builds'
import { fakeApi, fakeStream } from '@/api/fake'
import { useBuildFormStore } from '@/stores/build-form'
import { useToastsStore } from '@/stores/toasts'
import { AppError } from '@shared/errors'
import { byName, closePage, mountPage, type Mounted } from '../containers/page-testing'
import BuildPage from './BuildPage.vue'

let mounted: VueWrapper | null = null
afterEach(() => {
  closePage(mounted)
  mounted = null
})

type Builds = NonNullable<NonNullable<Parameters<typeof fakeApi>[0]>['builds']>
const ID = '00000000-0000-4000-8000-000000000000'

function detailOf(
  state: BuildDetail['summary']['state'],
  more: {
    readonly input?: Partial<BuildInput>
    readonly failure?: BuildFailure
    readonly typedSecrets?: string[]
    readonly unreadable?: string[]
  }
): BuildDetail {
  return {
    summary: {
      Id: ID,
      ref: '',
      name: 'web:1',
      tags: ['web:1'],
      state,
      createdAt: 1_700_000_000_000,
      startedAt: 1_700_000_000_000,
      durationMs: state === 'Running' ? null : 1500,
      stepsTotal: 2,
      stepsCached: 1,
      stepsDone: 1,
      dockerfile: 'Dockerfile',
      context: '/web',
      target: '',
      builder: ''
    },
    totals: { steps: 2, completed: 1, cached: 1, realMs: 1500, addedMs: 2500, bytes: 0 },
    failure: more.failure ?? null,
    warnings: [],
    command: 'docker buildx build /web',
    input: { ...emptyBuild(), context: '/web', ...more.input },
    typedSecrets: more.typedSecrets ?? [],
    unreadable: more.unreadable ?? [],
    imageId: ''
  }
}

const step = (number: number, text: string, state: BuildStep['state']): BuildStep => ({
  id: `sha256:${number}`,
  number,
  text,
  stage: '',
  platform: '',
  state,
  startedAt: 1_700_000_000_000,
  endedAt: state === 'Running' ? null : 1_700_000_001_000,
  tookMs: state === 'Running' ? null : 1000,
  bytes: 0,
  totalBytes: 0,
  error: '',
  logLines: 0,
  warnings: 0
})

const failure = (text: string): BuildFailure => ({
  message: 'It failed with exit code 7.',
  hint: 'Its last lines say why.',
  said: '',
  step: text,
  lastLines: ['<b>the reason</b>'],
  source: { file: 'Dockerfile', line: 2, lines: [{ number: 2, text, marked: true }] }
})

async function open(detail: BuildDetail, methods: Partial<Builds> = {}, steps: readonly BuildStep[] = []) {
  const news = fakeStream([{ detail, steps }])
  const log = { watch: () => fakeStream<never>() }
  const result: Mounted = await mountPage(
    BuildPage,
    `/builds/${ID}`,
    fakeApi({ builds: { watch: () => news, ...methods }, logs: log }),
    { id: ID }
  )
  mounted = result.page
  await flushPromises()
  return { ...result, news, root: result.page.element as HTMLElement }
}

const has = (root: ParentNode, name: string): boolean =>
  [...root.querySelectorAll('button')].some((button) => button.textContent.trim() === name)

describe('the page of a build', () => {
  it('follows a running build: its steps by name and state, and Cancel until it has ended', async () => {
    const cancelled: string[] = []
    const cancel = ({ id }: { id: string }) => {
      cancelled.push(id)
      return Promise.resolve()
    }
    const steps = [step(1, 'FROM x', 'Cached'), step(2, 'RUN y', 'Running')]
    const { root, news } = await open(detailOf('Running', {}), { cancel }, steps)
    const items = () => [...root.querySelectorAll('li')].map((item) => item.getAttribute('aria-label'))
    expect(items()).toEqual([
      expect.stringMatching(/FROM x.* Cached$/),
      expect.stringMatching(/RUN y.* Running$/)
    ])
    expect(has(root, 'Rebuild')).toBe(false)
    byName(root, 'button', 'Cancel').click()
    await flushPromises()
    expect(cancelled).toEqual([ID])
    news.push({ detail: detailOf('Canceled', {}), steps: [step(2, 'RUN y', 'Canceled')] })
    await flushPromises()
    expect(items()[1]).toMatch(/Canceled$/)
    expect(has(root, 'Cancel')).toBe(false)
    expect(has(root, 'Rebuild')).toBe(true)
  })

  it('tells a failure as text, and leads to a shell in the last good step', async () => {
    const openLastGoodStep = () => Promise.resolve({ containerId: 'abc' })
    const detail = detailOf('Error', { failure: failure('RUN exit 7') })
    const { root, router } = await open(detail, { openLastGoodStep })
    const alert = root.querySelector('[role="alert"]')
    expect(alert?.textContent).toContain('It failed with exit code 7.')
    expect(alert?.textContent).toContain('<b>the reason</b>')
    expect(alert?.querySelector('b')).toBeNull()
    byName(root, 'button', 'Open a shell in the last good step').click()
    await flushPromises()
    expect(router.currentRoute.value.path).toBe('/containers/abc/terminal')
  })

  it('says why there is no shell, and offers none where no step came before', async () => {
    const openLastGoodStep = () =>
      Promise.reject(
        new AppError('NotFound', 'There is no shell in the image.', { hint: 'Look at its files.' })
      )
    const name = 'Open a shell in the last good step'
    const first = await open(detailOf('Error', { failure: failure('RUN exit 7') }), { openLastGoodStep })
    byName(first.root, 'button', name).click()
    await flushPromises()
    expect(JSON.stringify(useToastsStore().toasts.at(-1))).toContain('There is no shell in the image.')
    closePage(mounted)
    const from = await open(detailOf('Error', { failure: failure('FROM nosuch') }))
    expect(has(from.root, name)).toBe(false)
    closePage(mounted)
    const url = { contextKind: 'url', context: 'https://example.org/x.git' } as const
    const elsewhere = await open(detailOf('Error', { failure: failure('RUN exit 7'), input: url }))
    expect(has(elsewhere.root, name)).toBe(false)
  })

  it('warns of files that came over empty', async () => {
    const { root } = await open(detailOf('Done', { unreadable: ['a.key', 'b', 'c', 'd'] }))
    expect(root.querySelector('[role="alert"]')?.textContent).toContain('a.key, b, c and others.')
  })

  it('asks for the values of secrets again instead of rebuilding without them', async () => {
    const detail = detailOf('Done', { typedSecrets: ['TOKEN'], input: { secrets: ['id=t,env=TOKEN'] } })
    const { root } = await open(detail)
    byName(root, 'button', 'Rebuild').click()
    await flushPromises()
    expect(useBuildFormStore().first?.secrets).toEqual(['id=t,env=TOKEN'])
  })
})
