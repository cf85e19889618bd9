import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'
import type { ContainerSummary } from '@shared/docker/container'
import type { ImageSummary } from '@shared/docker/image'
import { AppError } from '@shared/errors'
import type { ImageRemovalPreview, ImagesUsage } from '@shared/contract/images'
import { groupedImageLines } from './image-lines'
import {
  compareImages,
  countImages,
  imageRows,
  parseImageFilter,
  parseImageSort,
  type ImageRow
} from './image-model'
import ImagesPage from './ImagesPage.vue'
import { holdSentences, imageRemovalCommand, imageTargets, removalLines } from './removal'

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

const rowsOf = (...images: ImageSummary[]): ImageRow[] => images.flatMap((one) => imageRows(one, []))

describe('image rows', () => {
  it('stay the same objects until the image or its users change', () => {
    const one = image('1', { RepoTags: ['a:1', 'a:2'] })
    const rows = imageRows(one, [])
    expect(imageRows(one, [])).toBe(rows)
    expect(imageRows(one, [user('web', one)])).not.toBe(rows)
    expect(new Set(rows.map((row) => row.key)).size).toBe(2)
  })

  it('are one for each name, untagged ones last and by their short id', () => {
    const rows = rowsOf(image('3', { RepoTags: [] }), image('2', { RepoTags: ['b:1', 'b:2'] }), image('1'))
    const names = [...rows].sort(compareImages(parseImageSort('name'))).map((row) => row.name)
    expect(names).toEqual(['b:1', 'b:2', 'image-1:latest', '333333333333'])
    expect(countImages(rows)).toBe(3)
  })

  it('know the repository of a registry with a port, of a digest alone, and of nothing', () => {
    const digest = `sha256:${'d'.repeat(64)}`
    const [port, moved, none] = rowsOf(
      image('1', { RepoTags: ['reg.test:5000/a/b:v1'], RepoDigests: [`reg.test:5000/a/b@${digest}`] }),
      image('2', { RepoTags: [], RepoDigests: [`nginx@${digest}`] }),
      image('3', { RepoTags: [] })
    )
    expect(port).toMatchObject({ repository: 'reg.test:5000/a/b', tag: 'v1', digest })
    expect(moved).toMatchObject({ repository: 'nginx', tag: '<none>', digest, dangling: true })
    expect(none).toMatchObject({ repository: '<none>', tag: '<none>', digest: null })
  })

  it('are grouped from two of a repository on, and folded away without losing the others', () => {
    const rows = rowsOf(image('1', { RepoTags: ['a:1', 'a:2'] }), image('2'), image('3', { RepoTags: [] }))
    const shape = (collapsed: string[]) =>
      groupedImageLines(rows, new Set(collapsed)).map((line) => `${line.kind} ${line.label}`)
    expect(shape([])).toEqual(['item image-2:latest', 'item 333333333333', 'group a', 'item a:1', 'item a:2'])
    expect(shape(['a', 'gone'])).toEqual(['item image-2:latest', 'item 333333333333', 'group a'])
    expect(groupedImageLines(rows, new Set())[0]).toBe(groupedImageLines(rows, new Set(['a']))[0])
  })

  it('reads anything unknown in the address as the default', () => {
    expect(parseImageFilter('in-use')).toBe('in-use')
    expect(parseImageFilter('__proto__')).toBe('all')
    expect(parseImageSort('-size')).toEqual({ key: 'size', direction: 'descending' })
    expect(parseImageSort(null)).toEqual({ key: 'name', direction: 'ascending' })
  })
})

describe('removing images', () => {
  const web = { Id: 'x', name: 'web', running: true }
  const child = { Id: image('9').Id, name: 'child:1' }
  const preview = (digit: string, more: Partial<ImageRemovalPreview> = {}): ImageRemovalPreview => ({
    Id: image(digit).Id,
    tags: [`${digit}:1`],
    sizeBytes: 1,
    usedBy: [],
    children: [],
    ...more
  })

  it('asks only for what nothing depends on, every tag by name', () => {
    const previews = [
      preview('1', { tags: ['a:1', 'a:2'] }),
      preview('2', { usedBy: [web] }),
      preview('3', { tags: [] }),
      preview('4', { children: [child] })
    ]
    const lines = removalLines(previews, null)
    expect(imageTargets(lines, true).map((target) => target.name)).toEqual(['a:1', '333333333333'])
    expect(imageRemovalCommand(lines, false)).toBe('docker rmi a:1 a:2 333333333333')
    expect(imageRemovalCommand(lines.slice(1, 2), true)).toBe('')
    expect(holdSentences(lines, false)).toEqual([
      'One of them stays: a running container uses it.',
      'One of them stays: other images are built on it.'
    ])
  })

  it('untags when the image keeps another name, whoever uses it', () => {
    const lines = removalLines([preview('1', { tags: ['a:1', 'a:2'], usedBy: [web] })], new Set(['a:2']))
    expect(lines).toMatchObject([{ untag: true, tags: ['a:2'], hold: null }])
    expect(imageTargets(lines, false)).toEqual([
      { id: image('1').Id, name: 'a:2', tags: ['a:2'], force: false }
    ])
  })

  it('forces only what stopped containers hold, and only when it is said', () => {
    const lines = removalLines([preview('1', { usedBy: [{ ...web, running: false }] })], null)
    expect(imageTargets(lines, false)).toEqual([])
    expect(imageTargets(lines, true)).toMatchObject([{ force: true }])
    expect(imageRemovalCommand(lines, true)).toBe('docker rmi --force 1:1')
  })

  it('leaves out what was named or renamed since', () => {
    expect(removalLines([preview('1')], new Set())).toEqual([])
    expect(removalLines([preview('1')], new Set(['old:1']))).toEqual([])
  })
})

describe('the images page', () => {
  let page: VueWrapper
  let router: Router
  const [nginx, redis, dangling] = [image('1'), image('2'), image('3', { RepoTags: [] })] as const

  async function open(methods: Parameters<typeof fakeApi>[0], path = '/images'): Promise<void> {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(640)
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1100)
    const usage = () =>
      fakeStream<ImagesUsage>([{ totalBytes: 3_000_000, reclaimableBytes: 1_000_000, images: [] }])
    const platforms = ({ ids }: { ids: string[] }) =>
      Promise.resolve(ids.map((Id) => ({ Id, platform: 'linux/amd64' })))
    useApi(fakeApi({ ...methods, images: { usage, platforms, ...methods?.images } }))
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
    expect(names().sort()).toEqual(['<none>', 'image-1:latest', 'image-2:latest'])
    expect(document.querySelector('[role="grid"]')?.textContent).toContain('2 containers')
    await router.push('/images?filter=unused')
    await flushPromises()
    expect(names().sort()).toEqual(['<none>', 'image-2:latest'])
    await router.push('/images?filter=dangling')
    await flushPromises()
    expect(names()).toEqual(['<none>'])
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
              children: [],
              usedBy: Id === nginx.Id ? [{ Id: 'web', name: 'web', running: true }] : []
            }))
          )
      }
    })
    await click('input', 'Select all')
    await click('[role="toolbar"] button', 'Remove')
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain(
      'One of them stays: a running container uses it.'
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
