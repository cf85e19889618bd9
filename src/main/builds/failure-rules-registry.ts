/** Of failure-rules.ts those about registries and the way to them. */
import { fixed, type Rule } from './failure-rule'

export const REGISTRY: readonly Rule[] = [
  {
    says: /failed to resolve source metadata for (\S+): [^\n]*(?:failed to do request|dial tcp|i\/o timeout|TLS handshake)/i,
    tell: ([, name = '']) => ({
      message: `The image ${name} is not on this engine, and its registry cannot be reached.`,
      hint: 'Check the network, and the name after FROM or --from: a stage of that name there is not.'
    })
  },
  {
    says: /failed to (?:push|authorize|fetch (?:anonymous|oauth) token)[^\n]*?(?:push|denied|401|403|insufficient_scope|unauthorized|no basic auth)|denied: requested access|push access denied/i,
    tell: () => ({
      message: 'The registry refused the push.',
      hint: 'Log in to the registry, and check that the tag names a repository you may write to; then choose Rebuild.'
    })
  },
  {
    says: /failed to push ([^\s:]+(?::\d+)?[^\s]*):? ([^\n]*)/i,
    tell: ([, name = '', reason = '']) => ({
      message: `${name} could not be pushed: ${reason}`,
      hint: 'Check that the registry runs and can be reached from the engine; then choose Rebuild.'
    })
  },
  {
    says: /([^\s:]+(?::\d+)?(?:\/[^\s:]+)*(?::[\w.-]+)?): failed to resolve source metadata for ([^\s]+): (?:pull access denied|[^\n]*insufficient_scope|[^\n]*authorization failed)/i,
    tell: ([, , name = '']) => ({
      message: `The image ${name} does not exist, or wants a login.`,
      hint: 'Check the name after FROM. If it is private, log in to its registry.'
    })
  },
  {
    says: /failed to resolve source metadata for ([^\s]+): [^\n]*not found|pull access denied for ([^\s,]+)/i,
    tell: ([, name, other]) => ({
      message: `There is no image ${name ?? other ?? ''}.`,
      hint: 'Check the name and the tag after FROM.'
    })
  },
  {
    says: /no match for platform in manifest|does not match the specified platform/i,
    tell: () => ({
      message: 'A base image is not made for this platform.',
      hint: 'Choose another platform, or another base image.'
    })
  },
  fixed(
    /(?:toomanyrequests|429 Too Many Requests)/i,
    'The registry allows no more downloads for now.',
    'Log in to the registry for a higher limit, or wait and choose Rebuild.'
  ),
  fixed(
    /server gave HTTP response to HTTPS client/i,
    'The registry speaks plain HTTP.',
    'Name it in the engine’s insecure-registries, or reach it over HTTPS.'
  ),
  fixed(
    /x509: |certificate signed by unknown authority/i,
    'The registry’s certificate is not trusted.',
    'Add its certificate authority to the engine.'
  )
]

export const NETWORK: readonly Rule[] = [
  {
    says: /lookup (\S+?)(?: on \S+)?: (?:no such host|server misbehaving|Temporary failure)|dial tcp: lookup (\S+)/i,
    tell: ([, host, other]) => ({
      message: `The name ${host ?? other ?? ''} cannot be resolved.`,
      hint: 'Check the network and the name; then choose Rebuild.'
    })
  },
  {
    says: /dial tcp ([^:\s]+:\d+|\[[^\]]+\]:\d+): (?:connect: )?(connection refused|i\/o timeout|no route to host|network is unreachable)/i,
    tell: ([, address = '', reason = '']) => ({
      message: `${address} cannot be reached: ${reason}.`,
      hint: 'Check the network and that the server runs; then choose Rebuild.'
    })
  },
  fixed(
    /TLS handshake timeout|context deadline exceeded|i\/o timeout/i,
    'The network gave no answer in time.',
    'Check the network, then choose Rebuild.'
  )
]
