import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeApi } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import type { ContainerInspect, ContainerSummary } from '@shared/docker/container'
import ContainerPage from './ContainerPage.vue'
import { byName, closePage, mountPage } from './page-testing'
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

async function open(one: ContainerSummary, inspect: (id: string) => ContainerInspect): Promise<void> {
  const api = fakeApi({ containers: { inspect: vi.fn(({ id }) => Promise.resolve(inspect(id))) } })
  const { page } = await mountPage(ContainerPage, `/containers/${one.Id}`, api, { id: one.Id, tab: 'inspect' })
  mounted = page
  useContainersStore().apply({ type: 'snapshot', items: [one] })
  // Tabs are loaded when they are first shown.
  await vi.waitFor(() => expect(document.body.textContent).toContain(one.Id), { timeout: 15_000 })
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
    await open(web, () => now)
    now = inspectOf(stopped, { OOMKilled: true, ExitCode: 137 })
    useContainersStore().apply({ type: 'patch', upserts: [stopped], removes: [] })
    await flushPromises()
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('ran out of memory')
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
