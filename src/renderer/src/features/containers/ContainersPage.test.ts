import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeApi, fakeStream } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import type { RemovalPreview } from '@shared/contract/containers'
import type { ContainerStats, ContainerSummary } from '@shared/docker/container'
import { AppError } from '@shared/errors'
import ContainersPage from './ContainersPage.vue'
import { byName, closePage, dialog, mountPage, rowNames, rowOf, type Mounted } from './page-testing'
import { container, serviceOf } from './testing'

type Containers = Parameters<typeof fakeApi>[0] extends infer M
  ? NonNullable<NonNullable<M>['containers' & keyof NonNullable<M>]>
  : never

const named = (name: string, overrides: Partial<ContainerSummary> = {}): ContainerSummary =>
  container({ Names: [`/${name}`], ...overrides })
const exited = { State: 'exited', Status: 'Exited (0) 2 hours ago' } as const

let mounted: VueWrapper | null = null
let streams: number

async function open(
  items: readonly ContainerSummary[],
  methods: Containers = {},
  path = '/containers'
): Promise<Mounted> {
  const result = await mountPage(
    ContainersPage,
    path,
    fakeApi({
      containers: {
        stats: () => {
          streams += 1
          return fakeStream<ContainerStats>()
        },
        ...methods
      }
    })
  )
  mounted = result.page
  useContainersStore().apply({ type: 'snapshot', items })
  await flushPromises()
  return result
}

async function click(element: HTMLElement): Promise<void> {
  element.click()
  await flushPromises()
}

const change = async (
  upserts: readonly ContainerSummary[],
  removes: readonly string[] = []
): Promise<void> => {
  useContainersStore().apply({ type: 'patch', upserts, removes })
  await flushPromises()
}

const preview = (one: ContainerSummary, overrides: Partial<RemovalPreview> = {}): RemovalPreview => ({
  Id: one.Id,
  name: one.Names[0]!.slice(1),
  state: one.State,
  sizeRwBytes: 12_000,
  anonymousVolumes: [],
  keptMounts: [],
  ...overrides
})

beforeEach(() => {
  streams = 0
  localStorage.clear()
})
afterEach(() => {
  closePage(mounted)
  mounted = null
})

describe('the containers list', () => {
  it('has one row per container, named by a link to its page, with its verbs inside', async () => {
    const web = named('web')
    await open([web, named('old', exited)])
    const row = rowOf(document, 'web')
    expect(row.querySelector('a')?.getAttribute('href')).toBe(`/containers/${web.Id}`)
    expect(row.textContent).toContain('Running')
    for (const verb of ['Stop', 'Restart', 'Open', 'Remove', 'More actions']) byName(row, 'button', verb)
    expect(rowOf(document, 'old').textContent).toContain('Exited (0)')
    byName(rowOf(document, 'old'), 'button', 'Start')
  })

  it('shows a pending action until it is answered, and the state only from the event', async () => {
    const web = named('web')
    let answer: () => void = () => undefined
    const stop = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    await open([web], { stop })
    await click(byName(rowOf(document, 'web'), 'button', 'Stop'))
    expect(stop).toHaveBeenCalledWith({ id: web.Id })
    expect(rowOf(document, 'web').textContent).toContain('Stopping…')

    await click(byName(rowOf(document, 'web'), 'button', 'Stop'))
    expect(stop).toHaveBeenCalledTimes(1)

    answer()
    await flushPromises()
    expect(rowOf(document, 'web').textContent).toContain('Running')
    await change([{ ...web, ...exited }])
    expect(rowOf(document, 'web').textContent).toContain('Exited (0)')
  })

  it('says in place what the engine refused and what to do about it', async () => {
    await open([named('web', exited)], {
      start: () =>
        Promise.reject(
          new AppError('Conflict', 'Could not start container web: port 80 is in use.', {
            hint: 'Free the port.'
          })
        )
    })
    await click(byName(rowOf(document, 'web'), 'button', 'Start'))
    const alert = document.querySelector('[role="alert"]')!
    expect(alert.textContent).toContain('port 80 is in use')
    expect(alert.textContent).toContain('Free the port.')
    await click(byName(alert, 'button', 'Dismiss'))
    expect(document.querySelector('[role="alert"]')).toBeNull()
  })

  it('survives a container that vanishes while something is done to it', async () => {
    const web = named('web')
    let fail: (error: AppError) => void = () => undefined
    await open([web, named('db')], { stop: () => new Promise<void>((_resolve, reject) => (fail = reject)) })
    await click(byName(rowOf(document, 'web'), 'button', 'Stop'))
    await change([], [web.Id])
    expect(rowNames(document)).toEqual(['db'])
    fail(new AppError('NotFound', 'No such container: web.'))
    await flushPromises()
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('No such container: web.')
  })

  it('keeps the DOM and the streams few at ten thousand containers', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => named(`c-${index}`))
    await open(many)
    expect(document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount')).toBe('10001')
    expect(rowNames(document).length).toBeLessThan(40)
    expect(document.querySelectorAll('*').length).toBeLessThan(1300)
    expect(streams).toBeLessThanOrEqual(32)
  }, 30_000)

  it('shows text of the engine as the text it is', async () => {
    await open([named('web', { Image: '<img src=x onerror=alert(1)>:1' })])
    expect(document.querySelector('img')).toBeNull()
    expect(rowOf(document, 'web').textContent).toContain('<img src=x onerror=alert(1)>:1')
  })
})

describe('finding containers', () => {
  const items = [named('web'), named('db', exited), serviceOf('shop', 'web'), serviceOf('shop', 'db', exited)]

  it('filters by the state in the address, and a link to another state changes it', async () => {
    const { router } = await open(items, {}, '/containers?state=stopped')
    expect(rowNames(document)).toEqual(['db', 'shop-db-1'])
    await router.push('/containers?state=running')
    await flushPromises()
    expect(rowNames(document)).toEqual(['web', 'shop-web-1'])
  })

  it('searches as one types, keeps the search in the address, and offers to clear it', async () => {
    const { page, router } = await open(items)
    await page.get('input[type="search"]').setValue('shop db')
    await flushPromises()
    expect(rowNames(document)).toEqual(['shop-db-1'])
    expect(router.currentRoute.value.query).toEqual({})
    await vi.waitFor(() => {
      expect(router.currentRoute.value.query).toEqual({ search: 'shop db' })
    })
    await page.get('input[type="search"]').setValue('nothing like it')
    await flushPromises()
    await click(byName(document, 'button', 'Clear filters'))
    expect(rowNames(document)).toHaveLength(4)
  })

  it('groups by compose project with how many run, and remembers what was folded away', async () => {
    const { page } = await open(items)
    const group = byName(document, 'button[aria-expanded]', 'shop2')
    expect(group.closest('[role="row"]')?.textContent).toContain('1 running')
    await click(group)
    expect(rowNames(document)).toEqual(['db', 'web'])
    page.unmount()
    await open(items)
    expect(rowNames(document)).toEqual(['db', 'web'])
    await mounted!.get('input[type="checkbox"]').setValue(false)
    await flushPromises()
    expect(rowNames(document)).toEqual(['db', 'shop-db-1', 'shop-web-1', 'web'])
  })

  it('sorts by a column and turns round', async () => {
    await open([named('a', exited), named('b')], {}, '/containers')
    await click(byName(document, 'button', 'State'))
    expect(rowNames(document)).toEqual(['b', 'a'])
    await click(byName(document, 'button', 'State'))
    expect(rowNames(document)).toEqual(['a', 'b'])
  })
})

describe('many at once', () => {
  it('does the verb to those it applies to and gives a result for each', async () => {
    const items = [named('a'), named('b'), named('c', exited)]
    const stop = vi.fn(({ id }: { id: string }) =>
      id === items[1]!.Id
        ? Promise.reject(new AppError('NotFound', 'No such container: b.', { hint: 'It is gone.' }))
        : Promise.resolve()
    )
    await open(items, { stop })
    await click(byName(document, 'input', 'Select all'))
    const bar = document.querySelector('[role="toolbar"]')!
    expect(bar.textContent).toContain('3 selected')
    await click(byName(bar, 'button', 'Stop'))
    expect(stop).toHaveBeenCalledTimes(2)
    const results = document.querySelector('section.bulk-results')!
    expect(results.querySelector('[role="alert"]')?.textContent).toBe('Stopped 1 of 2 containers')
    expect(
      [...results.querySelectorAll('li')].map((line) => line.textContent.replace(/\s+/g, ' ').trim())
    ).toEqual(['bFailed: No such container: b. It is gone.', 'aDone'])
  })

  it('acts on nothing the filter hides', async () => {
    const { page } = await open([named('web'), named('db')])
    await click(byName(document, 'input', 'Select all'))
    await page.get('input[type="search"]').setValue('web')
    await flushPromises()
    expect(document.querySelector('[role="toolbar"]')?.textContent).toContain('1 selected')
  })
})

describe('removing', () => {
  it('says what goes and what stays, and forces only what the button says', async () => {
    const web = named('web')
    const remove = vi.fn(() => Promise.resolve())
    await open([web], {
      remove,
      removalPreview: () =>
        Promise.resolve([
          preview(web, { anonymousVolumes: ['f'.repeat(64)], keptMounts: ['data', '/srv/www'] })
        ])
    })
    await click(byName(rowOf(document, 'web'), 'button', 'Remove'))
    const text = dialog().textContent
    expect(text).toContain('web')
    expect(text).toContain('12kB')
    expect(text).toContain('web is running.')
    expect(text).toContain('Stays: /srv/www, data')
    expect(text).toContain('docker rm --force web')
    byName(dialog(), 'label', 'Also remove 1 anonymous volume').click()
    await flushPromises()
    expect(dialog().textContent).toContain('docker rm --force --volumes web')
    await click(byName(dialog(), 'button', 'Stop and remove'))
    expect(remove).toHaveBeenCalledWith({ id: web.Id, force: true, volumes: true })
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('opens with the Delete key and leaves a stopped one unforced', async () => {
    const db = named('db', exited)
    const remove = vi.fn(() => Promise.resolve())
    await open([db], { remove, removalPreview: () => Promise.resolve([preview(db)]) })
    const row = rowOf(document, 'db')
    row.focus()
    row.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true }))
    await flushPromises()
    await click(byName(dialog(), 'button', 'Remove'))
    expect(remove).toHaveBeenCalledWith({ id: db.Id, force: false, volumes: false })
  })

  it('asks for all that are selected and goes on past one that is gone', async () => {
    const items = [named('a', exited), named('b', exited)]
    await open(items, {
      removalPreview: () => Promise.resolve(items.map((one) => preview(one))),
      remove: ({ id }) =>
        id === items[0]!.Id
          ? Promise.reject(new AppError('NotFound', 'No such container'))
          : Promise.resolve()
    })
    await click(byName(document, 'input', 'Select all'))
    await click(byName(document.querySelector('[role="toolbar"]')!, 'button', 'Remove'))
    expect(dialog().textContent).toContain('Remove 2 containers')
    await click(byName(dialog(), 'button', 'Remove'))
    expect(document.querySelector('.summary')?.textContent).toBe('Removed 2 containers')
  })

  it('keeps the dialog and offers to ask again when the engine does not say what would go', async () => {
    const db = named('db', exited)
    const removalPreview = vi
      .fn<() => Promise<RemovalPreview[]>>()
      .mockRejectedValueOnce(new AppError('Unavailable', 'The engine does not answer.'))
      .mockResolvedValueOnce([preview(db)])
    await open([db], { removalPreview })
    await click(byName(rowOf(document, 'db'), 'button', 'Remove'))
    expect(dialog().textContent).toContain('The engine does not answer.')
    expect((byName(dialog(), 'button', 'Remove') as HTMLButtonElement).disabled).toBe(true)
    await click(byName(dialog(), 'button', 'Try again'))
    expect((byName(dialog(), 'button', 'Remove') as HTMLButtonElement).disabled).toBe(false)
  })
})

describe('no containers', () => {
  it('offers the sample and the run dialog', async () => {
    const runSample = vi.fn(() => Promise.reject(new AppError('System', 'The sample could not be loaded.')))
    const { page } = await mountPage(ContainersPage, '/containers', fakeApi({ images: { runSample } }))
    mounted = page
    expect(document.body.textContent).not.toContain('No containers yet')
    useContainersStore().apply({ type: 'snapshot', items: [] })
    await flushPromises()
    await click(byName(document, 'button', 'Start with the sample'))
    expect(runSample).toHaveBeenCalledTimes(1)
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('The sample could not be loaded.')
    await click(byName(document, 'button', 'Run a container'))
    expect(dialog().textContent).toContain('Run a container')
  })
})
