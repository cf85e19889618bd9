import { Box } from '@lucide/vue'
import { describe, expect, it } from 'vitest'
import type { ContainerState, ContainerSummary } from '@shared/docker/container'
import { fixedEntries, matchingEntries, MOST_ENTRIES } from './palette-entries'

const pages = [{ title: 'Containers', path: '/containers', icon: Box }]
const off = { canStart: true, canStop: false, running: false }

function container(name: string, State: ContainerState = 'running'): ContainerSummary {
  return {
    Id: name.padEnd(64, '0'),
    Names: [`/${name}`],
    Image: 'nginx',
    ImageID: 'sha256:0',
    Command: '',
    Created: 0,
    Ports: [],
    Labels: {},
    State,
    Status: ''
  }
}

const labels = (query: string, containers: readonly ContainerSummary[] = []): readonly string[] =>
  matchingEntries(query, fixedEntries(pages, off), containers).map((entry) => entry.label)

describe('the command palette', () => {
  it('offers what the engine allows now', () => {
    expect(labels('engine')).toEqual(['Start engine'])
    const running = { canStart: false, canStop: true, running: true }
    expect(fixedEntries(pages, running).map((entry) => entry.label)).toEqual(
      expect.arrayContaining(['Stop engine', 'Restart engine'])
    )
  })

  it('finds containers by any part of their name, with the verb their state allows', () => {
    expect(labels('web', [container('my-web'), container('db')])).toEqual(['my-web', 'Stop my-web'])
    expect(labels('start web', [container('my-web', 'exited')])).toEqual(['Start my-web'])
    expect(labels('web', [container('my-web', 'removing')])).toEqual(['my-web'])
  })

  it('lists no more than can be read, however many there are, and stops looking then', () => {
    let looked = 0
    function* many(): Generator<ContainerSummary> {
      for (let index = 0; index < 10_000; index += 1) {
        looked += 1
        yield container(`web-${index}`)
      }
    }
    expect(matchingEntries('web', [], many())).toHaveLength(MOST_ENTRIES)
    expect(looked).toBeLessThan(100)
  })
})
