/** Mounts a page of this folder the way the app does: router, stores, a fake engine, and a size, which happy-dom has none of. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import type { Component } from 'vue'
import { useApi } from '@/api'
import { useContainerStatsStore } from '@/stores/container-stats'
import type { Api } from '@shared/contract'

/** Unmounts the page and ends what would outlive it: the streams that linger. */
export function closePage(page: VueWrapper | null): void {
  page?.unmount()
  useContainerStatsStore().$dispose()
  vi.restoreAllMocks()
  useApi(null)
  document.body.replaceChildren()
}

export interface Mounted {
  readonly page: VueWrapper
  readonly router: Router
}

/** Mounts `component` at `path`; the store must be filled by the test, as the watch stream does in the app. */
export async function mountPage(component: Component, path: string, api: Api, props = {}): Promise<Mounted> {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(640)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1100)
  useApi(api)
  const pinia = createPinia()
  setActivePinia(pinia)
  const page = { template: '<div />' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:all(.*)*', component: page }]
  })
  await router.push(path)
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: { plugins: [pinia, router] }
  })
  await flushPromises()
  return { page: wrapper, router }
}

/** The button, link, or other element of `root` with this accessible name; fails by name when there is none. */
export function byName(root: ParentNode, selector: string, name: string): HTMLElement {
  const all = [...root.querySelectorAll<HTMLElement>(selector)]
  const found = all.find((element) => accessibleName(element) === name)
  if (found === undefined) {
    throw new Error(`No ${selector} named "${name}" among: ${all.map(accessibleName).join(', ')}`)
  }
  return found
}

function accessibleName(element: HTMLElement): string {
  return (element.getAttribute('aria-label') ?? element.textContent).trim()
}

/** The table's row whose row header is named `name`. */
export function rowOf(root: ParentNode, name: string): HTMLElement {
  const header = byName(root, '[role="rowheader"]', name)
  return header.closest<HTMLElement>('[role="row"]') as HTMLElement
}

/** The names in the table's row headers, from top to bottom. */
export function rowNames(root: ParentNode): readonly string[] {
  return [...root.querySelectorAll<HTMLElement>('[role="row"]')]
    .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
    .flatMap((row) => [...row.querySelectorAll('[role="rowheader"]')])
    .map((header) => header.textContent.trim())
}

/** The open dialog. */
export function dialog(): HTMLElement {
  const found = document.body.querySelector<HTMLElement>('[role="dialog"]')
  if (found === null) throw new Error('No dialog is open.')
  return found
}
