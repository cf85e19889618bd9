import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dockerfileOf, instructionOf } from './dockerfile'
import { KEYWORDS } from './history-step'
import { ImageConfig, type HistoryEntry } from './image-config'

const entry = (created_by: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  created: '',
  created_by,
  author: '',
  comment: '',
  empty_layer: !/^(RUN|COPY|ADD|WORKDIR|\/bin\/sh -c (?!#)|\|)|#\(nop\) +(ADD|COPY)/.test(created_by),
  ...more
})
const configOf = (config: object) => ImageConfig.parse({ config }).config

/** The lines without comments, the FROM, and blanks. */
function lines(history: readonly string[], config: object = {}): string[] {
  const text = dockerfileOf(
    history.map((created_by) => entry(created_by)),
    configOf(config)
  )
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('FROM '))
}

describe('a Dockerfile out of a history', () => {
  test.each([
    ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
    [
      '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "echo \\"hi\\" && nginx -g \'daemon off;\'"]',
      String.raw`CMD ["/bin/sh","-c","echo \"hi\" && nginx -g 'daemon off;'"]`
    ],
    ['CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx","-g","daemon off;"]'],
    ['ENTRYPOINT ["/docker-entrypoint.sh"]', 'ENTRYPOINT ["/docker-entrypoint.sh"]'],
    ['ENTRYPOINT []', 'ENTRYPOINT []'],
    ['/bin/sh -c apt-get update && apt-get install -y curl', 'RUN apt-get update && apt-get install -y curl'],
    ['RUN /bin/sh -c make all # buildkit', 'RUN make all'],
    ['EXPOSE map[443/tcp:{} 80/tcp:{}]', 'EXPOSE 443/tcp 80/tcp'],
    ['EXPOSE [80/tcp 81/udp]', 'EXPOSE 80/tcp 81/udp'],
    ['/bin/sh -c #(nop)  EXPOSE 8080', 'EXPOSE 8080'],
    ['VOLUME [/data /var/lib/x]', 'VOLUME ["/data","/var/lib/x"]'],
    ['/bin/sh -c #(nop) WORKDIR /app', 'WORKDIR /app'],
    ['WORKDIR /a$b', 'WORKDIR /a\\$b'],
    ['USER 1000:1000', 'USER 1000:1000'],
    ['STOPSIGNAL SIGQUIT', 'STOPSIGNAL SIGQUIT'],
    ['ONBUILD RUN make', 'ONBUILD RUN make'],
    ['/bin/sh -c #(nop)  MAINTAINER A <a@b.c>', 'MAINTAINER A <a@b.c>'],
    ['SHELL [/bin/bash -o pipefail -c]', 'SHELL ["/bin/bash","-o","pipefail","-c"]'],
    ['COPY --chown=1:1 a.txt b.txt /dest/ # buildkit', 'COPY --chown=1:1 a.txt b.txt /dest/'],
    ['ENV PATH=/a:/b', 'ENV PATH=/a:/b'],
    ['/bin/sh -c #(nop)  ENV GREETING=hello world', 'ENV GREETING="hello world"'],
    ['ENV A="x" B="y z"', 'ENV A=x B="y z"'],
    ['ENV A="x" and B="y"', 'ENV A="\\"x\\" and B=\\"y\\""'],
    ['LABEL a="1" b="two \\"2\\"" c=3', 'LABEL a=1 b="two \\"2\\"" c=3'],
    ['ENV PRICE=5$ "x" \\n', 'ENV PRICE="5\\$ \\"x\\" \\\\n"'],
    [
      `HEALTHCHECK &{["CMD-SHELL" "curl -f http://localhost/ || exit 1"] "30s" "10s" "1m0s" "0s" '\\x03'}`,
      'HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD curl -f http://localhost/ || exit 1'
    ],
    [
      `HEALTHCHECK &{["CMD" "/check" "now"] "0s" "500ms" "0s" '\\t'}`,
      'HEALTHCHECK --timeout=500ms --retries=9 CMD ["/check","now"]'
    ],
    [`HEALTHCHECK &{["NONE"] "0s" "0s" "0s" '\\x00'}`, 'HEALTHCHECK NONE']
  ])('%s', (created_by, line) => {
    expect(lines([created_by])).toEqual([line])
    expect(instructionOf(entry(created_by))).toBe(line.replace('$', '$'))
  })

  test('keeps several variables apart by the names the image has', () => {
    const config = { Env: ['A=1 X=y', 'B=two'] }
    expect(lines(['ENV A=1 X=y B=two'], config)).toEqual(['ENV A="1 X=y" B=two'])
  })

  test('writes what had lines as a heredoc, with a mark that is not in it', () => {
    expect(lines(['RUN /bin/sh -c set -e\necho EOF\nEOF\nmake # buildkit'])).toEqual([
      'RUN <<EOF1',
      'set -e',
      'echo EOF',
      'EOF',
      'make',
      'EOF1'
    ])
  })

  test('gives arguments the value they were built with', () => {
    expect(
      lines(['ARG VERSION', 'ARG NAME=x', 'RUN |2 VERSION=1.2 NAME=a b /bin/sh -c build $VERSION # buildkit'])
    ).toEqual(['ARG VERSION=1.2', 'ARG NAME="a b"', 'RUN build $VERSION'])
    expect(lines(['|1 A=1 /bin/sh -c echo /bin/sh -c x'])).toEqual(['ARG A=1', 'RUN echo /bin/sh -c x'])
  })

  test('knows the shell that is in force, and RUN without one', () => {
    expect(
      lines(['SHELL [/bin/bash -c]', 'RUN /bin/bash -c source x # buildkit', 'RUN make all # buildkit'])
    ).toEqual(['SHELL ["/bin/bash","-c"]', 'RUN source x', 'RUN ["make","all"]'])
  })

  test('takes the layer for what the history has only a checksum of', () => {
    const text = dockerfileOf(
      [
        entry('/bin/sh -c #(nop) ADD file:0123456789abcdef in / '),
        entry('/bin/sh -c #(nop)  CMD ["bash"]'),
        entry('COPY . /app # buildkit'),
        entry('bazel build ...', { empty_layer: false }),
        entry('', { comment: 'imported', empty_layer: false })
      ],
      configOf({ Cmd: ['bash'] })
    )
    expect(text).toContain('FROM scratch\n# Was: ADD file:0123456789abcdef in /\n')
    expect(text).toContain('COPY layer-1/ /\nCMD ["bash"]\n\n# What is above was probably the base image')
    expect(text).toContain('they are in layer 2.\nCOPY . /app\n')
    expect(text).toContain('# Was: bazel build ...\n')
    expect(text).toContain('# Was: imported\n')
    expect(text.trimEnd().endsWith('COPY layer-4/ /')).toBe(true)
  })

  test('begins with the base image when it is known', () => {
    const history = [
      entry('ADD rootfs.tar / # buildkit'),
      entry('CMD ["sh"]'),
      entry('RUN /bin/sh -c make # buildkit')
    ]
    const base = { reference: 'alpine:3.20', steps: 2 }
    const text = dockerfileOf(history, configOf({ Cmd: ['sh'] }), { base })
    expect(text.split('\n').filter((line) => /^[A-Z]/.test(line))).toEqual(['FROM alpine:3.20', 'RUN make'])
  })

  test('adds what only the configuration has', () => {
    const config = {
      Env: ['A=1'],
      Labels: { 'org.x': 'y z' },
      Entrypoint: ['/e'],
      Cmd: ['c'],
      User: 'u',
      WorkingDir: '/w',
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/v': {} }
    }
    expect(lines([], config)).toEqual([
      'ENV A=1',
      'LABEL org.x="y z"',
      'EXPOSE 80/tcp',
      'VOLUME ["/v"]',
      'WORKDIR /w',
      'USER u',
      'ENTRYPOINT ["/e"]',
      'CMD ["c"]'
    ])
  })

  test('never lets text of an image become an instruction', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', ...KEYWORDS),
        fc.string({ unit: 'binary', maxLength: 40 }),
        (word, text) => {
          const hostile = `${word} ${text}\nFROM evil\nRUN evil`
          const out = dockerfileOf(
            [entry(hostile, { empty_layer: true, comment: hostile })],
            configOf({ User: 'u' })
          )
          const heredocs = /RUN <<(EOF\d*)\n[\s\S]*?\n\1\n/.test(out)
          if (!heredocs) expect(out.split('\n').filter((line) => /^(FROM|RUN) evil/.test(line))).toEqual([])
          expect(instructionOf(entry(hostile))).not.toContain('\n')
        }
      )
    )
  })
})
