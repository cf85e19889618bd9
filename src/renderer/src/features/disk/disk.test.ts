import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Api } from '@shared/contract'
import type { DiskReport } from '@shared/contract/disk'
import { AppError } from '@shared/errors'
import { removal } from '@shared/disk/freed'
import { container, image, record, report, volume } from '@shared/disk/testing'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import { useEngineStore } from '@/stores/engine'
import { diskMap } from './disk-map'
import { arrangedRows, diskRows, DISK_TABS } from './disk-rows'
import DiskPage from './DiskPage.vue'
import { freedText } from './freed-text'

const ID = `sha256:${'a'.repeat(64)}`
const shop: DiskReport = report({
  totals: [
    { kind: 'Images', total: 2, active: 1, sizeBytes: 150, reclaimableBytes: 40 },
    { kind: 'Containers', total: 1, active: 0, sizeBytes: 7, reclaimableBytes: 7 },
    { kind: 'Local Volumes', total: 1, active: 0, sizeBytes: 1000, reclaimableBytes: 1000 },
    { kind: 'Build Cache', total: 1, active: 0, sizeBytes: 20, reclaimableBytes: 20 }
  ],
  layers: [
    { diffId: 'sha256:0', below: null, sizeBytes: 100, instruction: 'ADD \u202egnp.exe' },
    { diffId: 'sha256:1', below: 0, sizeBytes: 50, instruction: '' }
  ],
  images: [
    image({ Id: ID, tags: ['web:1'], layers: [0], sizeBytes: 100 }),
    image({ Id: `sha256:${'b'.repeat(64)}`, tags: [], layers: [0, 1], sizeBytes: 150 })
  ],
  containers: [container({ Id: 'c'.repeat(64), name: 'old', imageId: ID, sizeBytes: 7, volumes: ['data'] })],
  volumes: [volume({ name: 'data', sizeBytes: 1000, links: 1 })],
  cache: [record({ id: 'd'.repeat(25), type: 'exec.cachemount', sizeBytes: 20 })]
})

describe('lines', () => {
  it('tell who holds what, and show text that would deceive as what it is', () => {
    const [base, top] = diskRows(shop, 'layers', 0)
    expect(base?.name).toBe('ADD ⟨U+202E⟩gnp.exe')
    expect(base?.cells['held']?.text).toBe(`web:1, ${'b'.repeat(12)}`)
    expect(top?.name).toBe('A layer without an instruction')
    expect(diskRows(shop, 'volumes', 0)[0]?.cells['used']?.text).toBe('old')
    for (const tab of DISK_TABS) expect(diskRows(report({}), tab, 0)).toEqual([])
  })

  it('are found by every word, and sorted by what is meant rather than what is written', () => {
    const many = report({
      volumes: [9, 1000, 20].map((sizeBytes) => volume({ name: `v${sizeBytes}`, sizeBytes }))
    })
    const rows = diskRows(many, 'volumes', 0)
    const names = (search: string, key: string, direction: 'ascending' | 'descending'): string[] =>
      arrangedRows(rows, search, { key, direction }).map((row) => row.name)
    expect(names('', 'size', 'descending')).toEqual(['v1000', 'v20', 'v9'])
    expect(names('', 'name', 'ascending')).toEqual(['v9', 'v20', 'v1000'])
    expect(names('V20 local', 'size', 'ascending')).toEqual(['v20'])
    expect(names('nothing', 'size', 'ascending')).toEqual([])
  })
})

it('the treemap has each byte once', () => {
  const map = diskMap(shop)
  expect(map.bytes).toBe(150 + 7 + 1000 + 20)
  expect(map.children.map(({ name, bytes }) => `${name} ${bytes}`)).toEqual([
    'Volumes 1000',
    'Images 150',
    'Build cache 20',
    'Containers 7'
  ])
})

it('bytes are told exactly, or from what to what', () => {
  expect(freedText({ atLeast: 2_000_000, atMost: 2_000_000, exact: true })).toBe('2MB')
  expect(freedText({ atLeast: 0, atMost: 5000, exact: false })).toBe('at least 0B, at most 5kB')
  expect(
    freedText(removal(report({ volumes: [volume({ name: 'v', sizeBytes: -1 })] }), new Set(['volume/v'])))
  ).toBe('at least 0B')
})

describe('the page', () => {
  const reclaim = vi.fn<Api['disk']['reclaim']>(() => Promise.resolve({ taskId: 'task' }))
  let answer: () => ReturnType<Api['disk']['read']>

  beforeEach(() => {
    setActivePinia(createPinia())
    reclaim.mockClear()
    answer = () => {
      const stream = fakeStream([
        { kind: 'reading' as const, done: 1, total: 2 },
        { kind: 'report' as const, report: shop }
      ])
      stream.end()
      return stream
    }
    useApi(fakeApi({ disk: { read: () => answer(), reclaim, freed: () => Promise.resolve([]) } }))
    useEngineStore().apply({
      state: { name: 'running', pid: 1, startedAt: 0, version: '28', degraded: null },
      desired: 'running',
      source: 'bundled',
      mode: 'rootful',
      host: 'unix:///run/docker.sock',
      contextName: null,
      awaitingChoice: false,
      contextEngine: null
    } as never)
  })

  async function show() {
    vi.useFakeTimers()
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/:all(.*)*', component: { template: '<p />' } }]
    })
    const page = mount(DiskPage, {
      props: { tab: 'volumes' },
      global: { plugins: [router] },
      attachTo: document.body
    })
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    await flushPromises()
    return page
  }

  it('reads once when it opens, and carries out the list that is shown and nothing else', async () => {
    const page = await show()
    expect(page.get('table[aria-label="Totals"]').text()).toContain('1kB (100%)')
    await page
      .findAll('button')
      .find((button) => button.text() === 'Free space…')
      ?.trigger('click')
    const dialog = document.querySelector('[role="dialog"]')
    const goal = dialog?.querySelector<HTMLInputElement>('input[type="text"]')
    if (goal) goal.value = '21 B'
    goal?.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(dialog?.querySelector('[aria-label="Plan result"]')?.textContent).toContain(
      '2 objects go; frees 70B'
    )
    const free = [...(dialog?.querySelectorAll('button') ?? [])].find(
      (one) => one.textContent.trim() === 'Free 70B'
    )
    free?.click()
    await flushPromises()
    expect(reclaim).toHaveBeenCalledExactlyOnceWith({
      items: [
        { kind: 'cache', id: 'd'.repeat(25) },
        { kind: 'image', id: `sha256:${'b'.repeat(64)}`, tags: [] }
      ],
      promisedBytes: 70
    })
    page.unmount()
  })

  it('says why it could not be measured, and tries again when it is told to', async () => {
    const works = answer
    answer = () => {
      const stream = fakeStream<never>()
      stream.fail(new AppError('System', 'Could not measure the disk: it broke.', { hint: 'Try again.' }))
      return stream
    }
    const page = await show()
    expect(page.get('[role="alert"]').text()).toContain('it broke')
    answer = works
    await page
      .findAll('button')
      .find((button) => button.text() === 'Try again')
      ?.trigger('click')
    await flushPromises()
    expect(page.find('[role="alert"]').exists()).toBe(false)
    expect(page.find('figure[aria-label="Treemap"]').exists()).toBe(true)
    page.unmount()
  })
})
