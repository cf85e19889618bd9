import { describe, expect, it } from 'vitest'
import { statsText } from './stats-text'

describe('the columns of docker stats', () => {
  it('are written as the CLI writes them', () => {
    expect(
      statsText({
        cpuPercent: 0.449,
        onlineCpus: 2,
        memoryBytes: 610_304,
        memoryLimitBytes: 25_276_026_880,
        receivedBytes: 4641,
        sentBytes: 126,
        readBytes: 0,
        writtenBytes: 12_345_678,
        pids: 3
      })
    ).toEqual({
      cpu: '0.45%',
      memoryUsage: '596KiB / 23.54GiB',
      memoryPercent: '0.00%',
      network: '4.64kB / 126B',
      block: '0B / 12.3MB',
      pids: '3'
    })
  })

  it('are dashes when the sample says nothing', () => {
    expect(statsText(null)).toEqual({
      cpu: '--',
      memoryUsage: '-- / --',
      memoryPercent: '--',
      network: '--',
      block: '--',
      pids: '--'
    })
  })
})
