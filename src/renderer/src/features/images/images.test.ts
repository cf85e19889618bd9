import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useApi } from '@/api'
import { fakeApi } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'
import type { ContainerSummary } from '@shared/docker/container'
import type { ImageSummary } from '@shared/docker/image'
import { AppError } from '@shared/errors'
import { compareImages, imageLine, parseImageFilter, parseImageSort } from './image-model'
import ImagesPage from './ImagesPage.vue'
import { imageRemovalCommand, imageTargets } from './removal'

const image = (digit: string, overrides: Partial<ImageSummary> = {}): ImageSummary => ({
  Id: `sha256:${digit.repeat(64)}`,
  RepoTags: [`image-${digit}:latest`],
  RepoDigests: [],
  Created: 1_700_000_000,
  Size: 1_000_000,
  Labels: {},
  ...overrides
})
const user = (name: string, of: ImageSummary): ContainerSummary => ({
  Id: name.padEnd(64, '0'),
  Names: [`/${name}`],
  Image: of.Id,
  ImageID: of.Id,
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: 'running',
  Status: ''
})

describe('image rows', () => {
  it('stay the same object until the image or its users change', () => {
    const one = image('1')
    const line = imageLine(one, [])
    expect(imageLine(one, [])).toBe(line)
    expect(imageLine(one, [user('web', one)])).not.toBe(line)
  })

  it('are named by their first tag or their short id, untagged ones last', () => {
    const rows = [image('3', { RepoTags: [] }), image('2', { RepoTags: ['b:1', 'b:2'] }), image('1')].map(
      (one) => {
        const line = imageLine(one, [])
        if (line.kind !== 'item') throw new Error('not an item')
        return line.item
      }
    )
    const names = [...rows].sort(compareImages(parseImageSort('name'))).map((row) => row.name)
    expect(names).toEqual(['b:1', 'image-1:latest', '333333333333'])
  })

  it('reads anything unknown in the address as the default', () => {
    expect(parseImageFilter('in-use')).toBe('in-use')
    expect(parseImageFilter('__proto__')).toBe('all')
    expect(parseImageSort('-size')).toEqual({ key: 'size', direction: 'descending' })
    expect(parseImageSort(null)).toEqual({ key: 'name', direction: 'ascending' })
  })
})

describe('removing images', () => {
  it('asks only for what nothing depends on, every tag by name', () => {
    const previews = [
      { Id: image('1').Id, tags: ['a:1', 'a:2'], sizeBytes: 1, usedBy: [] },
      { Id: image('2').Id, tags: ['b:1'], sizeBytes: 1, usedBy: [{ Id: 'x', name: 'web', running: true }] },
      { Id: image('3').Id, tags: [], sizeBytes: 1, usedBy: [] }
    ]
    expect(imageTargets(previews).map((target) => target.name)).toEqual(['a:1', '333333333333'])
    expect(imageRemovalCommand(previews)).toBe('docker rmi a:1 a:2 333333333333')
    expect(imageRemovalCommand(previews.slice(1, 2))).toBe('')
  })
})

describe('the images page', () => {
  let page: VueWrapper
  let router: Router
  const [nginx, redis, dangling] = [image('1'), image('2'), image('3', { RepoTags: [] })] as const

  async function open(methods: Parameters<typeof fakeApi>[0], path = '/images'): Promise<void> {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(640)
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1100)
    useApi(fakeApi(methods))
    const pinia = createPinia()
    setActivePinia(pinia)
    router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/:all(.*)*', component: { template: '<div />' } }]
    })
    await router.push(path)
    page = mount(ImagesPage, { attachTo: document.body, global: { plugins: [pinia, router] } })
    useImagesStore().apply({ type: 'snapshot', items: [nginx, redis, dangling] })
    useContainersStore().apply({ type: 'snapshot', items: [user('web', nginx), user('api', nginx)] })
    await flushPromises()
  }

  const names = (): string[] =>
    [...document.querySelectorAll('[role="rowheader"]')].map((header) => header.textContent.trim())
  async function click(selector: string, text: string): Promise<void> {
    const all = [...document.querySelectorAll<HTMLElement>(selector)]
    const found = all.find((one) => (one.getAttribute('aria-label') ?? one.textContent).trim() === text)
    if (found === undefined) throw new Error(`No ${selector} "${text}"`)
    found.click()
    await flushPromises()
  }

  beforeEach(() => {
    localStorage.clear()
  })
  afterEach(() => {
    page.unmount()
    vi.restoreAllMocks()
    useApi(null)
    document.body.replaceChildren()
  })

  it('lists images with who uses them, and filters by use', async () => {
    await open({})
    expect(names().sort()).toEqual(['333333333333', 'image-1:latest', 'image-2:latest'])
    expect(document.querySelector('[role="grid"]')?.textContent).toContain('web +1')
    await router.push('/images?filter=unused')
    await flushPromises()
    expect(names().sort()).toEqual(['333333333333', 'image-2:latest'])
    await router.push('/images?filter=dangling')
    await flushPromises()
    expect(names()).toEqual(['333333333333'])
  })

  it('sends an image to the run dialog of the containers page', async () => {
    await open({}, '/images?search=image-2')
    await click('[role="row"] button', 'Run')
    expect(router.currentRoute.value.fullPath).toBe('/containers?run=image-2:latest')
  })

  it('removes many with a result each, and leaves those in use', async () => {
    const remove = vi.fn(({ id }: { id: string }) =>
      id === redis.Id ? Promise.reject(new AppError('Conflict', 'Image is in use.')) : Promise.resolve()
    )
    await open({
      images: {
        remove,
        removalPreview: ({ ids }) =>
          Promise.resolve(
            ids.map((Id) => ({
              Id,
              tags: useImagesStore().items.get(Id)?.RepoTags ?? [],
              sizeBytes: 5,
              usedBy: Id === nginx.Id ? [{ Id: 'web', name: 'web', running: true }] : []
            }))
          )
      }
    })
    await click('input', 'Select all')
    await click('[role="toolbar"] button', 'Remove')
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain(
      'One of them is in use and stays.'
    )
    await click('[role="dialog"] button', 'Remove')
    expect(remove.mock.calls.map(([{ id }]) => id).sort()).toEqual([redis.Id, dangling.Id])
    expect(document.querySelector('.summary')?.textContent).toBe('Removed 1 of 2 images')
    expect(document.querySelector('.results')?.textContent).toContain('Image is in use.')
  })

  it('says in place that loading failed', async () => {
    await open({
      images: { load: () => Promise.reject(new AppError('System', 'The file could not be read.')) }
    })
    await click('button', 'Load')
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('The file could not be read.')
  })
})
