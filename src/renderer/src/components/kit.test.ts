import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { copyTextKey } from '@/composables/use-copy'
import AlertBox from './AlertBox.vue'
import BaseButton from './BaseButton.vue'
import BaseDialog from './BaseDialog.vue'
import BaseTextField from './BaseTextField.vue'
import CommandPreview from './CommandPreview.vue'
import ConfirmDialog from './ConfirmDialog.vue'
import DropdownMenu from './DropdownMenu.vue'
import MeterBar from './MeterBar.vue'
import ProgressBar from './ProgressBar.vue'
import SearchBox from './SearchBox.vue'
import { sparkPath, thin } from './spark-path'

afterEach(() => {
  document.body.replaceChildren()
})

async function settled(): Promise<void> {
  await nextTick()
  await new Promise((resolve) => setTimeout(resolve, 0))
}

describe('BaseButton', () => {
  it('does nothing while busy and says so', async () => {
    const button = mount(BaseButton, { props: { busy: true }, slots: { default: 'Start' } })
    await button.trigger('click')
    expect(button.emitted('click')).toBeUndefined()
    expect(button.attributes('aria-busy')).toBe('true')
  })
})

describe('AlertBox', () => {
  it('is an alert that shows markup and control characters literally', () => {
    const message = 'Could not start <b>web</b>\u0007'
    const alert = mount(AlertBox, { props: { message, hint: 'Try again.' } })
    expect(alert.get('[role="alert"]').text()).toContain(message)
    expect(alert.find('b').exists()).toBe(false)
  })
})

describe('BaseDialog', () => {
  it('is named by its title and closes with Esc', async () => {
    const dialog = mount(BaseDialog, {
      props: { open: true, title: 'Run a container' },
      attachTo: document.body
    })
    await settled()
    const box = document.querySelector('[role="dialog"]')
    const label = document.getElementById(box?.getAttribute('aria-labelledby') ?? '')
    expect(label?.textContent).toBe('Run a container')
    box?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await settled()
    expect(dialog.emitted('update:open')).toEqual([[false]])
    dialog.unmount()
  })

  it('stays open with Esc when the choice has to be made', async () => {
    const dialog = mount(BaseDialog, {
      props: { open: true, title: 'Choose an engine', dismissable: false },
      attachTo: document.body
    })
    await settled()
    document
      .querySelector('[role="dialog"]')
      ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
    await settled()
    expect(dialog.emitted('update:open')).toBeUndefined()
    dialog.unmount()
  })
})

describe('ConfirmDialog', () => {
  it('starts on Cancel and confirms with the verb', async () => {
    const dialog = mount(ConfirmDialog, {
      props: { open: true, title: 'Remove web', action: 'Remove', command: 'docker rm web' },
      attachTo: document.body
    })
    await settled()
    expect(document.activeElement?.textContent.trim()).toBe('Cancel')
    const buttons = [...document.querySelectorAll<HTMLElement>('[role="dialog"] button')]
    buttons.find((button) => button.textContent.trim() === 'Remove')?.click()
    expect(dialog.emitted('confirm')).toHaveLength(1)
    expect(document.body.textContent).toContain('docker rm web')
    dialog.unmount()
  })
})

describe('DropdownMenu', () => {
  it('makes its menu only when it is opened, and tells what was chosen', async () => {
    const menu = mount(DropdownMenu, {
      props: { items: [{ id: 'restart', label: 'Restart' }] },
      attachTo: document.body
    })
    expect(menu.get('button').attributes('aria-label')).toBe('More actions')
    expect(document.querySelector('[role="menu"]')).toBeNull()
    await menu.get('button').trigger('click')
    await settled()
    const item = document.querySelector<HTMLElement>('[role="menuitem"]')
    expect(item?.textContent.trim()).toBe('Restart')
    item?.click()
    await settled()
    expect(menu.emitted('select')).toEqual([['restart']])
    menu.unmount()
  })
})

describe('fields', () => {
  it('ties label and error to the field', () => {
    const field = mount(BaseTextField, { props: { modelValue: '', label: 'Name', error: 'Already in use.' } })
    const input = field.get('input')
    expect(field.get('label').attributes('for')).toBe(input.attributes('id'))
    expect(input.attributes('aria-invalid')).toBe('true')
    expect(field.get(`#${input.attributes('aria-describedby') ?? ''}`).text()).toBe('Already in use.')
  })

  it('clears the search with the first Esc only', async () => {
    const box = mount(SearchBox, { props: { modelValue: 'web' } })
    expect(box.get('input').attributes()).toMatchObject({ type: 'search', 'aria-label': 'Search' })
    await box.get('input').trigger('keydown', { key: 'Escape' })
    expect(box.emitted('update:modelValue')).toEqual([['']])
    await box.setProps({ modelValue: '' })
    await box.get('input').trigger('keydown', { key: 'Escape' })
    expect(box.emitted('update:modelValue')).toHaveLength(1)
  })
})

describe('figures', () => {
  it('names a progress bar after its task, without a value while the total is unknown', async () => {
    const bar = mount(ProgressBar, { props: { name: 'Load nginx.tar', current: 1, total: 4 } })
    expect(bar.attributes()).toMatchObject({ role: 'progressbar', 'aria-label': 'Load nginx.tar' })
    expect(bar.attributes('aria-valuenow')).toBe('25')
    await bar.setProps({ total: 0 })
    expect(bar.attributes('aria-valuenow')).toBeUndefined()
  })

  it('shows no meter for a limit that is not known', () => {
    const meter = mount(MeterBar, { props: { label: 'Disk', value: 5, max: 0, text: '5B' } })
    expect(meter.find('[role="meter"]').exists()).toBe(false)
    expect(meter.text()).toContain('5B')
  })

  it('draws at most as many points as it has pixels and keeps the peak', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => (index === 501 ? 99 : 1))
    expect(thin(values)).toHaveLength(240)
    expect(Math.max(...thin(values))).toBe(99)
    expect(sparkPath([], 100)).toBeNull()
    expect(sparkPath([Number.NaN], 100)).toBeNull()
  })
})

describe('CommandPreview', () => {
  it('copies exactly the command and says so', async () => {
    const copy = vi.fn(() => Promise.resolve())
    const preview = mount(CommandPreview, {
      props: { command: 'docker run -e "A=<b>"' },
      global: { provide: { [copyTextKey as symbol]: copy } }
    })
    await preview.get('[aria-label="Copy command"]').trigger('click')
    await settled()
    expect(copy).toHaveBeenCalledWith('docker run -e "A=<b>"')
    expect(preview.get('[role="status"]').text()).toBe('Copied')
  })
})
