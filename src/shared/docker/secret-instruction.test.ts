import { describe, expect, test } from 'vitest'
import { hideDockerfile, hideInstruction } from './secret-instruction'
import { MASK } from './secrets'

describe('an instruction as it is shown', () => {
  test.each([
    ['ENV PATH=/usr/bin:/bin', 'ENV PATH=/usr/bin:/bin'],
    ['ENV GREETING="hello \\"you\\""', `ENV GREETING=${MASK}`],
    ['ENV PATH=/bin TOKEN=abc NODE_VERSION=1', `ENV PATH=/bin TOKEN=${MASK} NODE_VERSION=1`],
    ['ENV PATH="/bin TOKEN=abc"', `ENV PATH=/bin TOKEN=${MASK}`],
    ['ENV EMPTY=', 'ENV EMPTY='],
    ['ARG SECRET=x', `ARG SECRET=${MASK}`],
    ['ARG NAME', 'ARG NAME'],
    ['LABEL maintainer="some body" api.token=x', `LABEL maintainer="some body" api.token=${MASK}`],
    ['ONBUILD ENV A=b', `ONBUILD ENV A=${MASK}`],
    ['RUN make all', 'RUN make all'],
    ['RUN curl --password hunter2 https://me:pw@host/', `RUN curl --password ${MASK} https://${MASK}@host/`],
    ['RUN env TOKEN=x build --env=API_KEY=y', `RUN env TOKEN=${MASK} build --env=API_KEY=${MASK}`],
    ['COPY a b', 'COPY a b'],
    ['', '']
  ])('%s', (line, shown) => {
    expect(hideInstruction(line)).toBe(shown)
  })

  test('is hidden on every line of a Dockerfile', () => {
    expect(hideDockerfile('FROM scratch\nENV KEY=abc\n# Was: ENV\nRUN PASSWORD=x make\n')).toBe(
      `FROM scratch\nENV KEY=${MASK}\n# Was: ENV\nRUN PASSWORD=${MASK} make\n`
    )
  })
})
