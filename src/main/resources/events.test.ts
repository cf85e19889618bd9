import { describe, expect, it } from 'vitest'
import { effectsOf } from './events'

const effects = (type: string, action: string, attributes: Record<string, string> = {}) =>
  effectsOf({ type, action, id: 'x', attributes, detail: '', timeMs: 0 })

describe('an event', () => {
  it.each(['create', 'stop', 'restart'])('%s touches its container', (action) => {
    expect(effects('container', action)).toEqual({ container: 'x', info: true })
  })

  it.each([
    ['start', ['running']],
    ['pause', ['paused']],
    ['unpause', ['running']],
    ['die', ['exited', 'dead', 'restarting', 'removing']]
  ])('%s touches its container and says which states it can have now', (action, states) => {
    expect(effects('container', action)).toEqual({ container: 'x', info: true, states })
  })

  it.each(['health_status', 'rename', 'update'])(
    '%s touches the row but no figure of docker info',
    (action) => {
      expect(effects('container', action)).toEqual({ container: 'x' })
    }
  )

  it.each([
    'exec_create',
    'exec_start',
    'exec_die',
    'attach',
    'resize',
    'top',
    'kill',
    'archive-path',
    'export'
  ])('%s changes nothing that is shown', (action) => {
    expect(effects('container', action)).toEqual({})
  })

  it('of a destroyed container says that it is gone', () => {
    expect(effects('container', 'destroy')).toEqual({ removedContainer: 'x', info: true })
  })

  it('of a commit or an image touches the image list', () => {
    expect(effects('container', 'commit')).toEqual({ images: true, info: true })
    expect(effects('image', 'untag')).toEqual({ images: true, info: true })
    expect(effects('image', 'save')).toEqual({})
  })

  it('of a network touches nothing: the rows do not show networks', () => {
    expect(effects('network', 'connect', { container: 'c' })).toEqual({})
    expect(effects('network', 'create')).toEqual({})
  })

  it('of the daemon or a plugin touches docker info only', () => {
    expect(effects('daemon', 'reload')).toEqual({ info: true })
    expect(effects('plugin', 'enable')).toEqual({ info: true })
    expect(effects('volume', 'mount')).toEqual({})
  })
})
