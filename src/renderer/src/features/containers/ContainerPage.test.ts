import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeApi } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import type { ContainerInspect, ContainerSummary } from '@shared/docker/container'
import type { Router } from 'vue-router'
import type { Api } from '@shared/contract'
import type { StopReport } from '@shared/contract/stop-report'
import ContainerPage from './ContainerPage.vue'
import { byName, closePage, mountPage } from './page-testing'
import { takeRunDraft } from './run-draft'
import { container } from './testing'

let mounted: VueWrapper | null = null
afterEach(() => {
  closePage(mounted)
  mounted = null
})

const inspectOf = (
  one: ContainerSummary,
  state: Partial<ContainerInspect['State']> = {}
): ContainerInspect => ({
  Id: one.Id,
  Name: one.Names[0]!,
  Created: '2026-01-01T00:00:00Z',
  Path: 'echo',
  Args: ['<b>hi</b>'],
  Image: one.ImageID,
  State: { Status: one.State, ExitCode: 0, StartedAt: '', FinishedAt: '', ...state },
  Config: {
    Image: one.Image,
    Labels: { html: '<img src=x>', rtl: 'a\u202eb' },
    Env: ['DB_PASSWORD=hunter2']
  },
  HostConfig: {},
  Mounts: [],
  NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } }
})

const oomReport: StopReport = {
  expected: false,
  cause: {
    id: 'out-of-memory',
    sentence: 'It ran out of memory.',
    hint: 'Raise its limit.',
    evidence: [],
    actions: [
      { type: 'start' },
      { type: 'tab', tab: 'health', label: 'Open Health' },
      {
        type: 'run',
        label: 'Run with another port',
        options: {
          image: 'web:1',
          name: 'web-2',
          command: ['a b'],
          ports: ['8081:80'],
          env: [],
          volumes: []
        },
        leftOut: ['devices']
      }
    ],
    command: 'docker update --memory 64m web'
  },
  exit: 'Exit code 137: it was killed (SIGKILL)',
  exitCode: 137,
  signal: 'SIGKILL',
  oomKilled: true,
  health: null,
  restarts: { count: 4, policy: 'always', everyMs: 3000, goesOn: true },
  finishedAt: 1_700_000_000_000,
  lines: [{ source: 'stderr', text: '<b>Killed</b>' }]
}

async function open(
  one: ContainerSummary,
  inspect: (id: string) => ContainerInspect,
  more: Partial<Api['containers']> = {}
): Promise<Router> {
  const api = fakeApi({
    containers: { inspect: vi.fn(({ id }) => Promise.resolve(inspect(id))), ...more }
  })
  const { page, router } = await mountPage(ContainerPage, `/containers/${one.Id}`, api, {
    id: one.Id,
    tab: 'inspect'
  })
  mounted = page
  useContainersStore().apply({ type: 'snapshot', items: [one] })
  // Tabs are loaded when they are first shown.
  await vi.waitFor(() => expect(document.body.textContent).toContain(one.Id), { timeout: 15_000 })
  return router
}

describe('the page of a container', () => {
  it('shows hostile text to the letter and hides the values of variables until asked', async () => {
    const web = container({ Names: ['/web'] })
    await open(web, () => inspectOf(web))
    expect(document.querySelector('h1')?.textContent).toBe('web')
    const text = (): string => document.body.textContent
    expect(document.querySelector('img')).toBeNull()
    expect(text()).toContain("echo '<b>hi</b>'")
    expect(text()).toContain('<img src=x>')
    expect(text()).toContain('a⟨U+202E⟩b')
    expect(text()).toContain('DB_PASSWORD')
    expect(text()).not.toContain('hunter2')
    byName(document, 'button', 'Show values').click()
    await flushPromises()
    expect(text()).toContain('hunter2')
  })

  it('asks again when the container changes and says why it stopped', async () => {
    const web = container({ Names: ['/web'] })
    const stopped = { ...web, State: 'exited', Status: 'Exited (137) now' } as const
    let now: ContainerInspect = inspectOf(web)
    const start = vi.fn(() => Promise.resolve())
    const router = await open(web, () => now, { whyStopped: () => Promise.resolve(oomReport), start })
    expect(document.querySelector('[aria-label="Why it stopped"]')).toBeNull()
    now = inspectOf(stopped, { OOMKilled: true, ExitCode: 137 })
    useContainersStore().apply({ type: 'patch', upserts: [stopped], removes: [] })
    await flushPromises()
    const region = document.querySelector<HTMLElement>('section[aria-label="Why it stopped"]')!
    expect(region.textContent).toContain('It ran out of memory.')
    expect(region.textContent).toContain(
      'Restarted 4 times by its restart policy always, about every 3 seconds'
    )
    expect(region.textContent).toContain('<b>Killed</b>')
    expect(region.textContent).toContain('docker update --memory 64m web')
    expect(region.textContent).toContain('Open Health')
    byName(region, 'button', 'Start again').click()
    await flushPromises()
    expect(start).toHaveBeenCalledWith({ id: web.Id })
    byName(region, 'button', 'Run with another port').click()
    await flushPromises()
    expect(router.currentRoute.value.fullPath).toBe('/containers?run=web:1')
    expect(takeRunDraft('other')).toBeNull()
    expect(takeRunDraft('web:1')).toMatchObject({
      form: { name: 'web-2', command: "'a b'", ports: ['8081:80'], env: [''] },
      leftOut: ['devices']
    })
    expect(takeRunDraft('web:1')).toBeNull()
  })

  it('shows and hides each secret by itself', async () => {
    const web = container({ Names: ['/web'] })
    const plain = inspectOf(web)
    const secret = {
      ...plain.Config,
      Env: ['A_TOKEN=first', 'B=second', 'PATH=/bin'],
      Labels: { 'db.password': 'third' }
    }
    await open(web, () => ({ ...plain, Config: secret }))
    const text = (): string => document.body.textContent
    expect(text()).toContain('/bin')
    byName(document, 'button', 'Show A_TOKEN').click()
    byName(document, 'button', 'Show db.password').click()
    await flushPromises()
    expect(text()).toContain('first')
    expect(text()).toContain('third')
    expect(text()).not.toContain('second')
    byName(document, 'button', 'Hide A_TOKEN').click()
    await flushPromises()
    expect(text()).not.toContain('first')
  })

  it('says that it was removed, and leads back', async () => {
    const web = container({ Names: ['/web'] })
    await open(web, () => inspectOf(web))
    useContainersStore().apply({ type: 'patch', upserts: [], removes: [web.Id] })
    await flushPromises()
    expect(document.body.textContent).toContain('web was removed')
    expect(byName(document, 'a', 'All containers').getAttribute('href')).toBe('/containers')
  })
})
