import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, KeepAlive, type Component } from 'vue'
import { fakeApi, fakeStream } from '@/api/fake'
import type { Api } from '@shared/contract'
import type { DropInput, FileEntry, ReadEnd } from '@shared/contract/files'
import { AppError } from '@shared/errors'
import type { ContainerTabProps } from '../container-tabs'
import ChangesTab from '../changes/ChangesTab.vue'
import { byName, closePage, dialog, mountPage } from '../page-testing'
import { containerRow } from '../row-model'
import { container } from '../testing'
import FilesTab from './FilesTab.vue'
import { folderNameError } from './file-words'
import { sendDropped } from './send-dropped'

let mounted: VueWrapper | null = null
afterEach(() => {
  closePage(mounted)
  mounted = null
})

const entry = (name: string, over: Partial<FileEntry> = {}): FileEntry => ({
  ...{ name, type: 'file', size: 5, mode: 0o644, uid: 0, gid: 0, mtime: 1e12, target: null, mount: null },
  ...over
})

/** Streams that answer at once. */
function listing(folders: Record<string, FileEntry[]>): Api['files']['list'] {
  return ({ path }) => {
    const stream = fakeStream<{ entries: FileEntry[]; readBytes: number }>()
    const entries = folders[path]
    if (entries === undefined) stream.fail(new AppError('NotFound', `No ${path}.`, { hint: 'Look.' }))
    else {
      stream.push({ entries, readBytes: 0 })
      stream.end()
    }
    return stream
  }
}
function reading(text: string): Api['files']['read'] {
  return () => {
    const stream = fakeStream<Uint8Array<ArrayBuffer>, never, ReadEnd>([new Uint8Array(Buffer.from(text))])
    stream.end({ size: text.length, version: 'v1', truncated: false })
    return stream
  }
}

async function open(component: Component, files: Partial<Api['files']>) {
  const one = container({ Names: ['/web'] })
  const props: ContainerTabProps = {
    ...{ id: one.Id, row: containerRow(one), removed: false, inspect: null },
    openPort: () => undefined
  }
  // Tabs are kept alive: what they do when they are shown they do here too.
  const Host = defineComponent({ setup: () => () => h(KeepAlive, () => h(component, props)) })
  const { page } = await mountPage(Host, '/', fakeApi({ files }), {})
  mounted = page
  await vi.waitFor(
    () => expect(document.querySelector('[role="treeitem"], [role="listitem"]')).not.toBeNull(),
    {
      timeout: 15_000
    }
  )
}

const item = (name: string) => byName(document, '[role="treeitem"]', name)
async function click(element: HTMLElement) {
  element.click()
  await flushPromises()
}

describe('the Files tab', () => {
  const folders = {
    '/': [
      entry('etc', { type: 'directory' }),
      entry('data', { type: 'directory', mount: { type: 'volume', source: 'v', readOnly: true } }),
      entry('<img src=x>\n\udcff')
    ],
    '/etc': [entry('passwd'), entry('link', { type: 'symlink', target: '../x' })]
  }
  const changes = () => Promise.resolve([{ kind: 'changed', path: '/etc' } as const])

  it('shows names to the letter, mounts, badges, and opens folders and files', async () => {
    await open(FilesTab, { list: listing(folders), changes, read: reading('a\u0000b') })
    expect(document.querySelector('[role="tree"]')?.getAttribute('aria-label')).toBe('Files')
    expect(document.querySelector('img')).toBeNull()
    expect(item('<img src=x>⏎\\xff')).toBeTruthy()
    expect(item('etc').textContent).toContain('Changed')
    expect(item('data').textContent).toContain('volume v (read-only)')
    await click(item('etc').querySelector<HTMLElement>('.chevron')!)
    expect(item('link').textContent).toContain('→ ../x')
    await click(item('passwd'))
    await vi.waitFor(() => expect(document.body.textContent).toContain('61 00 62'))
    expect(document.body.textContent).toContain('docker cp web:/etc/passwd ./passwd')
    await click(item('link'))
    expect(byName(document, 'button', 'Go to it')).toBeTruthy()
  })

  it('says why a folder cannot be read, in its place, and reads it again', async () => {
    const list = vi.fn(listing({ '/': [entry('gone', { type: 'directory' })] }))
    await open(FilesTab, { list, changes })
    await click(item('gone').querySelector<HTMLElement>('.chevron')!)
    expect(document.body.textContent).toContain('No /gone. Look.')
    const before = list.mock.calls.length
    await click(byName(document, 'button', 'Try again'))
    expect(list.mock.calls.length).toBe(before + 1)
  })

  it('goes to a path, and asks before an upload writes over something', async () => {
    const upload = vi.fn(() => Promise.resolve({ taskId: 't' }))
    await open(FilesTab, {
      ...{ list: listing(folders), changes, upload },
      resolve: () => Promise.resolve({ path: '/etc/passwd', directory: false }),
      chooseUpload: () => Promise.resolve({ token: 'k', names: ['passwd'], existing: ['passwd'] })
    })
    const path = byName(document, 'input', 'Path') as HTMLInputElement
    path.value = '/etc/./passwd'
    path.dispatchEvent(new Event('input'))
    path.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
    await vi.waitFor(() => expect(item('passwd').getAttribute('aria-selected')).toBe('true'))
    await click(byName(document, 'button', 'Upload'))
    expect(dialog().textContent).toContain('In /etc there already is passwd')
    expect(upload).not.toHaveBeenCalled()
    await click(byName(dialog(), 'button', 'Replace'))
    expect(upload).toHaveBeenCalledWith({ token: 'k' })
  })

  it('refuses names that are none', () => {
    for (const name of ['', 'a/b', '.', '..', 'x'.repeat(256)]) expect(folderNameError(name)).not.toBeNull()
    expect(folderNameError('new folder')).toBeNull()
  })
})

describe('what was dropped', () => {
  it('is sent no further ahead than a window', async () => {
    const stream = fakeStream<{ takenBytes: number }, DropInput>([{ takenBytes: 0 }])
    const file = new File([new Uint8Array(10 * 1024 * 1024)], 'big')
    const sent = sendDropped(stream, [{ path: 'big', kind: 'file', file }])
    const bytes = () =>
      stream.inputs.reduce((sum, one) => sum + (one.type === 'data' ? one.bytes.length : 0), 0)
    await vi.waitFor(() => expect(bytes()).toBeGreaterThan(4_000_000))
    for (let turn = 0; turn < 20; turn += 1) await flushPromises()
    expect(bytes()).toBeLessThan(5_000_000)
    stream.push({ takenBytes: 11_000_000 })
    await vi.waitFor(() => expect(stream.inputs.at(-1)).toEqual({ type: 'finish' }))
    expect(bytes()).toBe(10 * 1024 * 1024)
    stream.end()
    await sent
  })
})

describe('the Changes tab', () => {
  it('groups what docker diff says, and finds paths', async () => {
    await open(ChangesTab, {
      changes: () =>
        Promise.resolve([
          { kind: 'deleted', path: '/bin/x' },
          { kind: 'added', path: '/b' },
          { kind: 'added', path: '/a\u202e' }
        ])
    })
    const lines = () =>
      [...document.querySelectorAll('[role="listitem"]')].map((line) => line.textContent.trim())
    expect(lines()).toEqual(['Added (2)', 'A/a⟨U+202E⟩', 'A/b', 'Deleted (1)', 'D/bin/x'])
    await click(byName(document, 'button', 'Added 2'))
    expect(lines()).toEqual(['Deleted (1)', 'D/bin/x'])
  })
})
