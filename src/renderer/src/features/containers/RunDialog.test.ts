import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeApi, fakeStream } from '@/api/fake'
import { useContainersStore } from '@/stores/containers'
import { AppError } from '@shared/errors'
import ContainersPage from './ContainersPage.vue'
import { container } from './testing'
import { byName, closePage, dialog, mountPage } from './page-testing'

type Run = NonNullable<NonNullable<NonNullable<Parameters<typeof fakeApi>[0]>['containers']>['run']>

let mounted: VueWrapper | null = null
afterEach(() => {
  closePage(mounted)
  mounted = null
})

async function open(run: Run, path = '/containers?run=nginx'): Promise<void> {
  const { page } = await mountPage(
    ContainersPage,
    path,
    fakeApi({ containers: { run, stats: () => fakeStream() } })
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
