import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { EngineState } from '@shared/contract/engine'
import type { DiskUsageRow, SystemInfo } from '@shared/contract/system'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import { copyTextKey } from '@/composables/use-copy'
import { useEngineStore } from '@/stores/engine'
import { useSystemStore } from '@/stores/system'
import { reclaimable } from './disk-usage'
import HomePage from './HomePage.vue'

const info: SystemInfo = {
  groups: [
    {
      title: 'Engine',
      entries: [
        { label: 'Storage Driver', value: 'overlay2', children: [{ label: 'Type', value: '<i>ext4</i>' }] }
      ]
    }
  ],
  warnings: ['WARNING: No swap limit support']
}
const images: DiskUsageRow = { kind: 'Images', total: 4, active: 1, sizeBytes: 2e9, reclaimableBytes: 1e9 }
const copied = vi.fn(() => Promise.resolve())

function showHome(state: EngineState): VueWrapper {
  useEngineStore().apply({
    state,
    desired: 'running',
    source: 'bundled',
    mode: 'rootful',
    host: 'unix:///run/docker.sock',
    contextName: null,
    awaitingChoice: false,
    contextEngine: null
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:all(.*)*', component: { template: '<p />' } }]
  })
  return mount(HomePage, { global: { plugins: [router], provide: { [copyTextKey as symbol]: copied } } })
}

beforeEach(() => {
  setActivePinia(createPinia())
  useApi(
    fakeApi({
      system: {
        watchInfo: () => fakeStream<SystemInfo>([info]),
        diskUsage: () => Promise.resolve([images]),
        infoText: () => Promise.resolve('Server:\n Containers: 0\n')
      }
    })
  )
})

const running: EngineState = {
  name: 'running',
  version: '28.5.2',
  apiVersion: '1.51',
  since: 0,
  degraded: null
}

describe('Home', () => {
  it('shows the info literally, warnings as alerts, and counts that lead to filtered lists', async () => {
    const home = showHome(running)
    await flushPromises()
    expect(home.findAll('h1').map((heading) => heading.text())).toEqual(['Home'])
    expect(home.get('[role="alert"]').text()).toContain('WARNING: No swap limit support')
    expect(home.text()).toContain('<i>ext4</i>')
    const links = home.findAll('[aria-label="Counts"] a').map((link) => link.attributes('href'))
    expect(links).toEqual([
      '/containers?state=running',
      '/containers?state=paused',
      '/containers?state=stopped',
      '/images'
    ])
    // No list has arrived, so there is no number to show yet.
    expect(home.get('[aria-label="Counts"]').text()).not.toContain('0')
    home.unmount()
  })

  it('copies the text of docker info and confirms it', async () => {
    const home = showHome(running)
    await flushPromises()
    await home
      .findAll('button')
      .find((button) => button.text() === 'Copy as text')
      ?.trigger('click')
    await flushPromises()
    expect(copied).toHaveBeenCalledWith('Server:\n Containers: 0\n')
    expect(home.get('[role="status"]').text()).toContain('Copied')
    home.unmount()
  })

  it('shows disk usage as docker system df does', async () => {
    const home = showHome(running)
    await flushPromises()
    const row = home.findAll('[aria-label="Disk usage"] tbody tr')[0]
    expect(row?.text()).toContain('2GB')
    expect(row?.text()).toContain('1GB (50%)')
    home.unmount()
  })

  it('offers to start the engine and still shows this machine when it does not run', async () => {
    useSystemStore().apply({
      at: 0,
      host: {
        cpuPercent: 12.34,
        cpus: 8,
        memoryBytes: { used: 1024 ** 3, total: 2 * 1024 ** 3 },
        diskBytes: { used: 5e9, total: 0 }
      },
      engine: null
    })
    const home = showHome({ name: 'stopped' })
    await flushPromises()
    expect(home.text()).toContain('Start the engine')
    expect(home.text()).toContain('12.3% of 8 CPUs')
    expect(home.text()).toContain('1GiB of 2GiB')
    expect(home.text()).not.toContain('Engine CPU')
    expect(home.find('[aria-label="Counts"]').exists()).toBe(false)
    home.unmount()
  })
})

describe('reclaimable', () => {
  it('rounds percent down and leaves it out where the CLI does', () => {
    expect(reclaimable({ kind: 'Images', sizeBytes: 3e9, reclaimableBytes: 2e9 })).toBe('2GB (66%)')
    expect(reclaimable({ kind: 'Local Volumes', sizeBytes: 0, reclaimableBytes: 0 })).toBe('0B')
    expect(reclaimable({ kind: 'Build Cache', sizeBytes: 2e9, reclaimableBytes: 2e9 })).toBe('2GB')
  })
})
