import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h, nextTick } from 'vue'
import type { TableColumn, TableRow } from './table-types'
import { giveElementsASize } from './testing'
import VirtualTable from './VirtualTable.vue'

interface Thing {
  readonly name: string
}

const columns: readonly TableColumn[] = [
  { key: 'name', label: 'Name', width: '1fr', rowHeader: true, sortable: true },
  { key: 'size', label: 'Size', width: '80px', hideBelow: 600 },
  { key: 'actions', label: 'Actions', width: '80px', hideLabel: true }
]

function things(count: number): TableRow<Thing>[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'item',
    key: `key-${index}`,
    label: `thing ${index}`,
    item: { name: `thing ${index}` }
  }))
}

let restore: () => void
let table: VueWrapper
beforeEach(() => {
  restore = giveElementsASize()
})
afterEach(() => {
  table.unmount()
  restore()
})

async function show(props: Record<string, unknown>): Promise<VueWrapper> {
  table = mount(VirtualTable as never, {
    attachTo: document.body,
    props: { name: 'Things', columns, rows: things(10_000), selectable: true, ...props } as never,
    slots: {
      'cell-name': ({ item }: { item: Thing }) => h('a', { href: '#' }, item.name),
      'cell-size': () => 'big',
      'cell-actions': () => h('button', { type: 'button' }, 'Start'),
      empty: () => h('p', 'Nothing here')
    }
  })
  await nextTick()
  return table
}

function row(index: number): HTMLElement {
  return table.get(`[data-index="${index}"]`).element as HTMLElement
}

describe('VirtualTable', () => {
  it('says how long it is and renders only what can be seen', async () => {
    await show({})
    const grid = table.get('[role="grid"]')
    expect(grid.attributes('aria-label')).toBe('Things')
    expect(grid.attributes('aria-rowcount')).toBe('10001')
    expect(table.findAll('[data-index]').length).toBeLessThan(40)
    expect(table.element.querySelectorAll('*').length).toBeLessThan(1_200)
    expect(row(3).getAttribute('aria-rowindex')).toBe('5')
    expect(row(3).querySelector('[role="rowheader"]')?.textContent).toBe('thing 3')
  })

  it('tells and turns the sort with a button in the column header', async () => {
    await show({ sort: { key: 'name', direction: 'ascending' } })
    const header = table.get('[aria-sort]')
    expect(header.attributes('aria-sort')).toBe('ascending')
    await header.get('button').trigger('click')
    expect(table.emitted('update:sort')).toEqual([[{ key: 'name', direction: 'descending' }]])
  })

  it('has one row in the tab order and moves it with the arrows', async () => {
    await show({})
    row(0).focus()
    await table.get('[data-index="0"]').trigger('keydown', { key: 'ArrowDown' })
    await nextTick()
    expect(document.activeElement).toBe(row(1))
    expect(table.findAll('[data-index][tabindex="0"]')).toHaveLength(1)
    expect(row(0).querySelector('button')?.tabIndex).toBe(-1)
    expect(row(1).querySelector('button')?.tabIndex).toBe(0)
  })

  it('walks the controls of a row with Right and gives focus back with Left', async () => {
    await show({})
    row(0).focus()
    const keys = table.get('[data-index="0"]')
    await keys.trigger('keydown', { key: 'ArrowRight' })
    expect((document.activeElement as HTMLInputElement).getAttribute('aria-label')).toBe('Select thing 0')
    await keys.trigger('keydown', { key: 'ArrowLeft' })
    expect(document.activeElement).toBe(row(0))
  })

  it('opens the row with Enter and selects it with Space', async () => {
    await show({})
    let opened = ''
    row(2)
      .querySelector('a')
      ?.addEventListener('click', (event) => {
        event.preventDefault()
        opened = (event.target as HTMLElement).textContent
      })
    row(2).focus()
    await table.get('[data-index="2"]').trigger('keydown', { key: 'Enter' })
    expect(opened).toBe('thing 2')
    await table.get('[data-index="2"]').trigger('keydown', { key: ' ' })
    expect(table.emitted('update:selected')?.[0]).toEqual([new Set(['key-2'])])
  })

  it('selects a range with Shift, and all', async () => {
    await show({ rows: things(5) })
    await table.get('[aria-label="Select thing 1"]').trigger('click')
    await table.setProps({ selected: new Set(['key-1']) })
    await table.get('[aria-label="Select thing 3"]').trigger('click', { shiftKey: true })
    expect(table.emitted('update:selected')?.[1]).toEqual([new Set(['key-1', 'key-2', 'key-3'])])
    await table.get('[aria-label="Select all"]').trigger('change')
    expect((table.emitted('update:selected')?.[2] as [Set<string>])[0].size).toBe(5)
  })

  it('keeps the focus with its object when rows before it go', async () => {
    await show({ rows: things(6) })
    row(3).focus()
    await nextTick()
    await table.setProps({ rows: things(6).slice(2) })
    expect(document.activeElement?.textContent).toContain('thing 3')
  })

  it('shows what comes into view in the elements of what left it', async () => {
    await show({ rows: things(100) })
    const before = table.findAll('[data-index]').map(({ element }) => element)
    await table.setProps({ rows: things(200).slice(100) })
    expect(row(3).textContent).toContain('thing 103')
    const after = new Set(table.findAll('[data-index]').map(({ element }) => element))
    expect(before.filter((element) => after.has(element))).toHaveLength(before.length)
  })

  it('never turns a row that is being used into another one', async () => {
    await show({ rows: things(6) })
    const focused = row(3)
    focused.focus()
    const withMenu = row(4)
    withMenu.querySelector('button')?.setAttribute('aria-haspopup', 'menu')
    withMenu.querySelector('button')?.setAttribute('aria-expanded', 'true')
    await table.setProps({ rows: [...things(3), ...things(20).slice(10)] })
    expect(focused.isConnected).toBe(false)
    expect(withMenu.isConnected).toBe(false)
    expect(document.activeElement).toBe(row(3))
  })

  it('leaves a row in its element wherever it moves', async () => {
    await show({ rows: things(6) })
    const [first, last] = [row(0), row(5)]
    await table.setProps({ rows: things(6).reverse() })
    expect(row(5)).toBe(first)
    expect(row(0)).toBe(last)
  })

  it('folds a group by its button or by Enter', async () => {
    const group: TableRow<Thing> = { kind: 'group', key: 'g', label: 'shop', count: 2, expanded: true }
    await show({ rows: [group, ...things(2)] })
    expect(table.get('[data-index="0"] button').attributes('aria-expanded')).toBe('true')
    await table.get('[data-index="0"] button').trigger('click')
    row(0).focus()
    await table.get('[data-index="0"]').trigger('keydown', { key: 'Enter' })
    expect(table.emitted('toggle-group')).toEqual([['g'], ['g']])
  })

  it('shows hostile text as text, and the empty slot when there is nothing', async () => {
    const name = '<img src=x onerror=alert(1)>'
    await show({ rows: [{ kind: 'item', key: 'x', label: name, item: { name } }] })
    expect(table.find('img').exists()).toBe(false)
    expect(table.text()).toContain(name)
    await table.setProps({ rows: [] })
    expect(table.text()).toContain('Nothing here')
  })
})
