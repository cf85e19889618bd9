import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeApi, fakeStream } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import type { SearchSource } from '@shared/contract/registries'
import { AppError } from '@shared/errors'
import ContainersPage from './ContainersPage.vue'
import { container } from './testing'
import { byName, closePage, dialog, mountPage } from './page-testing'

type Run = NonNullable<NonNullable<NonNullable<Parameters<typeof fakeApi>[0]>['containers']>['run']>
type Registries = NonNullable<NonNullable<Parameters<typeof fakeApi>[0]>['registries']>

let mounted: VueWrapper | null = null
afterEach(() => {
  vi.useRealTimers()
  closePage(mounted)
  mounted = null
})

async function open(run: Run, path = '/containers?run=nginx', registries: Registries = {}): Promise<void> {
  const { page } = await mountPage(
    ContainersPage,
    path,
    fakeApi({ containers: { run, stats: () => fakeStream() }, registries })
  )
  mounted = page
  useContainersStore().apply({ type: 'snapshot', items: [] })
  await flushPromises()
}

function field(label: string): HTMLInputElement {
  const id = byName(dialog(), 'label', label).getAttribute('for')
  return dialog().querySelector<HTMLInputElement>(`[id="${id}"]`)!
}

async function type(label: string, text: string): Promise<void> {
  field(label).value = text
  field(label).dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

async function submit(): Promise<void> {
  dialog()
    .querySelector('form')!
    .dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
  await flushPromises()
}

describe('the run dialog', () => {
  it('opens from the address with the image filled in, and shows the docker command', async () => {
    await open(() => Promise.resolve({ id: 'x', warnings: [] }))
    expect(field('Image').value).toBe('nginx')
    await type('Name', 'web')
    await type('Port 1', '8080:80')
    expect(dialog().textContent).toContain('docker run --detach --name web -p 8080:80 nginx')
  })

  it('offers images found while the name is typed, says where it failed, and asks nothing before', async () => {
    vi.useFakeTimers()
    const streams: ReturnType<typeof fakeStream<SearchSource[]>>[] = []
    const search = vi.fn(() => {
      const stream = fakeStream<SearchSource[]>()
      streams.push(stream)
      return stream
    })
    await open(() => Promise.resolve({ id: 'x', warnings: [] }), '/containers?run=nginx', { search })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(search).not.toHaveBeenCalled()
    await type('Image', 'red')
    await type('Image', 'redi')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(search.mock.calls).toEqual([[{ text: 'redi' }]])
    const redis = { name: 'redis', description: 'A <b>store</b>', official: true, stars: 12_000 }
    const none = { found: [], cut: false, problem: '', hint: '' }
    streams[0]!.push([
      { ...none, name: 'Docker Hub', state: 'done', found: [redis] },
      { ...none, name: 'r.example', state: 'failed', problem: 'r.example does not answer.', hint: 'Wait.' }
    ])
    await flushPromises()
    const option = dialog().querySelector('datalist option[value="redis"]')
    expect(option?.getAttribute('label')).toBe('Official · 12,000 stars · A <b>store</b>')
    const status = dialog().querySelector('[role="status"][aria-label="Search results"]')
    expect(status?.textContent).toContain('Docker Hub: 1 found')
    expect(status?.textContent).toContain('r.example does not answer. Wait.')
    await type('Image', 'redis')
    expect(streams[0]!.closed).toBe(true)
    expect(status?.textContent).toBe('')
  })

  it('makes a variable of each line that is pasted, and keeps what was there', async () => {
    const run = vi.fn<Run>(() => Promise.resolve({ id: 'x', warnings: [] }))
    await open(run)
    await type('Variable 1', 'FIRST=1')
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', '# more\nSECOND=2\nTHIRD=a b\n')
    field('Variable 1').dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    )
    await flushPromises()
    await submit()
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ env: ['FIRST=1', 'SECOND=2', 'THIRD=a b'] }))
  })

  it('checks before it sends, and says what is wrong beside the field', async () => {
    const run = vi.fn<Run>(() => Promise.resolve({ id: 'x', warnings: [] }))
    await open(run)
    await type('Port 1', '99999:80')
    expect(field('Port 1').getAttribute('aria-invalid')).toBeNull()
    await submit()
    expect(run).not.toHaveBeenCalled()
    expect(field('Port 1').getAttribute('aria-invalid')).toBe('true')
    expect(document.activeElement).toBe(field('Port 1'))
  })

  it('keeps the form when the engine refuses, and closes when it accepts', async () => {
    const run = vi
      .fn<Run>()
      .mockRejectedValueOnce(new AppError('Conflict', 'Port 8080 is taken.', { hint: 'Choose another.' }))
      .mockResolvedValueOnce({ id: 'x', warnings: [] })
    await open(run)
    await type('Port 1', '8080:80')
    await submit()
    expect(dialog().querySelector('[role="alert"]')?.textContent).toContain('Port 8080 is taken.')
    expect(field('Port 1').value).toBe('8080:80')
    await type('Port 1', '8081:80')
    await submit()
    expect(run).toHaveBeenLastCalledWith(expect.objectContaining({ image: 'nginx', ports: ['8081:80'] }))
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('offers another port where one is taken, and says whose it is', async () => {
    const run = vi
      .fn<Run>()
      .mockRejectedValueOnce(
        new AppError('Conflict', 'Port 8080 is already in use.', { details: { port: 8080 } })
      )
      .mockResolvedValueOnce({ id: 'x', warnings: [] })
    await open(run)
    useContainersStore().apply({
      type: 'snapshot',
      items: [container({ Names: ['/holder'], Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }] })]
    })
    await type('Port 1', '8080:80')
    await submit()
    expect(dialog().querySelector('[role="alert"]')?.textContent).toContain('In use by holder')
    byName(dialog(), 'button', 'Run on a free port').click()
    await flushPromises()
    expect(run).toHaveBeenLastCalledWith(expect.objectContaining({ ports: ['80'] }))
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('asks before a host folder is made, and warns of mounts that reach far', async () => {
    const refusal = new AppError('InvalidParameter', 'The host folder /nope does not exist.', {
      details: { missingFolder: '/nope' }
    })
    const run = vi.fn<Run>().mockRejectedValue(refusal)
    await open(run)
    await type('Volume 1', '/nope:/data')
    expect(dialog().querySelector('[role="alert"]')).toBeNull()
    await submit()
    expect(run).toHaveBeenLastCalledWith(expect.objectContaining({ createFolders: false }))
    byName(dialog(), 'button', 'Create the folder and run').click()
    await flushPromises()
    expect(run).toHaveBeenLastCalledWith(expect.objectContaining({ createFolders: true }))
    // Consent is for one click, not for what is typed next.
    await type('Volume 1', '/var/run/docker.sock:/s')
    expect(dialog().textContent).toContain('full control')
    await submit()
    expect(run).toHaveBeenLastCalledWith(expect.objectContaining({ createFolders: false }))
  })

  it('stays open to tell a warning of the engine', async () => {
    await open(() => Promise.resolve({ id: 'x', warnings: ['No swap limit support.'] }))
    await submit()
    expect(dialog().textContent).toContain('The container runs, with a warning: No swap limit support.')
  })

  it('adds and takes away lines with the keyboard', async () => {
    await open(() => Promise.resolve({ id: 'x', warnings: [] }))
    field('Volume 1').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })
    )
    await flushPromises()
    expect(document.activeElement).toBe(field('Volume 2'))
    field('Volume 2').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Backspace', bubbles: true, cancelable: true })
    )
    await flushPromises()
    expect(document.activeElement).toBe(field('Volume 1'))
    expect(() => field('Volume 2')).toThrow()
  })
})
