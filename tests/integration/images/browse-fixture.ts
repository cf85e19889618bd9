/** What the tests of images share: an image with every kind of change, the service, and listings to compare. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { FileEntry, FileView } from '@shared/contract/image-files'
import type { ImageFilesService } from '@main/images/service'

const exec = promisify(execFile)
export const never = new AbortController().signal

export const DOCKERFILE = `
FROM busybox:test AS tools
RUN mkdir /out && seq 1 2000 > /out/numbers && ln /out/numbers /out/linked
FROM busybox:test
ENV GREETING="hello world"
COPY --from=tools /out /opt/out
RUN mkdir -p /srv/many && i=0; while [ $i -lt 60 ]; do mkdir /srv/many/d$i; for n in 1 2 3 4 5 6 7 8 9; do echo $i.$n > /srv/many/d$i/f$n; done; i=$((i+1)); done
RUN dd if=/dev/zero of=/srv/large bs=1M count=8 2>/dev/null && mkdir -p /srv/gone/deep && echo bye > /srv/gone/deep/file && echo secret > /srv/secret
RUN rm -r /srv/gone /srv/secret && echo again > /srv/many/d0/f1 && chmod 4755 /srv/many/d0/f2
RUN rm -r /srv/many/d1 && mkdir /srv/many/d1 && echo only > /srv/many/d1/new && ln -s ../large /srv/many/link && mkfifo /srv/pipe
CMD ["sh", "-c", "true"]
`

/** `path → kind mode size` as the system's tar reads an archive, hard links as the files they are. */
export async function tarListing(file: string): Promise<Map<string, string>> {
  const { stdout } = await exec('tar', ['--numeric-owner', '--quoting-style=literal', '-tvf', file], {
    maxBuffer: 1e9
  })
  const found = new Map<string, string>()
  for (const line of stdout.split('\n')) {
    const match = /^(.)(\S{9})\s+(\d+)\/(\d+)\s+(\S+)\s+\S+ \S+ (.*)$/.exec(line)
    if (match === null) continue
    const [, type = '', mode = '', uid = '', gid = '', size = '', rest = ''] = match
    const [path = '', target] = rest.split(type === 'h' ? ' link to ' : ' -> ')
    const clean = `/${path.replace(/^\.?\/|\/$/g, '')}`
    const same = type === 'h' ? found.get(`/${(target ?? '').replace(/^\.?\//, '')}`) : undefined
    found.set(
      clean,
      same ?? `${type} ${mode} ${uid}/${gid} ${type === '-' ? size : 0} ${type === 'l' ? (target ?? '') : ''}`
    )
  }
  found.delete('/')
  return found
}

const LETTERS: Readonly<Record<FileEntry['kind'], string>> = {
  file: '-',
  hardlink: '-',
  directory: 'd',
  symlink: 'l',
  character: 'c',
  block: 'b',
  fifo: 'p'
}

function modeText({ mode, kind }: FileEntry): string {
  if (kind === 'symlink') return 'rwxrwxrwx'
  const bits = Array.from('rwxrwxrwx', (letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'))
  if (mode & 0o4000) bits[2] = bits[2] === 'x' ? 's' : 'S'
  if (mode & 0o2000) bits[5] = bits[5] === 'x' ? 's' : 'S'
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T'
  return bits.join('')
}

export async function everything(
  service: ImageFilesService,
  handle: string,
  view: FileView
): Promise<FileEntry[]> {
  const all: FileEntry[] = []
  const pending = ['/']
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const options = { sort: 'name' as const, changes: false, offset: 0, limit: 5000 }
    const { entries, total } = await service.browser.one(
      'children',
      { handle, view, path, ...options },
      never
    )
    expect(entries.length).toBe(total)
    all.push(...entries)
    pending.push(...entries.filter(({ kind }) => kind === 'directory').map((entry) => entry.path))
  }
  return all
}

export function listing(entries: readonly FileEntry[]): Map<string, string> {
  return new Map(
    entries.map((entry) => [
      entry.path,
      `${LETTERS[entry.kind]} ${modeText(entry)} ${entry.uid}/${entry.gid} ${entry.sizeBytes} ${entry.kind === 'symlink' ? (entry.link ?? '') : ''}`
    ])
  )
}

export const sorted = (map: ReadonlyMap<string, string>): [string, string][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))
