/** What registries say through the engine: the part of the table in error-rules.ts that is about pulling. */
import type { Rule } from './error-rules'

export const REGISTRY_RULES: readonly Rule[] = [
  [
    /toomanyrequests|Too Many Requests/i,
    () => ({
      code: 'Unavailable',
      hint: 'The registry limits how often images are pulled: wait, or log in with docker login.'
    })
  ],
  [
    /no basic auth credentials|unauthorized: |authentication required|failed to authorize|401 Unauthorized/i,
    () => ({
      code: 'Unauthorized',
      hint: 'Log in to the registry with docker login, then try again.',
      details: { login: true }
    })
  ],
  [
    /pull access denied|push access denied|repository does not exist|insufficient_scope|requested access to the resource is denied/,
    () => ({
      code: 'NotFound',
      hint: 'Check the name; for a private image log in with docker login first.',
      details: { login: true }
    })
  ],
  [
    /manifest unknown|manifest for \S+ not found|: not found: manifest/,
    () => ({ code: 'NotFound', hint: 'The registry has no such tag; check the name and the tag.' })
  ],
  [
    /no matching manifest for/,
    () => ({ code: 'NotFound', hint: 'The image is not made for this platform; choose another one.' })
  ],
  [
    /(?:manifest|layer|filesystem layer|config) verification failed|unexpected (?:digest|commit digest)|content digest .*mismatch/,
    () => ({
      code: 'DataLoss',
      hint: 'What the registry sent does not match its digest. Do not use it; tell whoever runs the registry.',
      retryable: false
    })
  ],
  [
    /short read: expected \d+ bytes but got \d+/,
    () => ({
      code: 'Unavailable',
      hint: 'What was sent is not complete; try again.',
      details: { brokeOff: true }
    })
  ],
  [
    /certificate (?:has expired or )?is not yet valid|not yet valid/,
    () => ({ code: 'Unavailable', hint: 'Check this computer’s clock: the certificate is not valid yet.' })
  ],
  [
    /x509: /,
    () => ({
      code: 'Unavailable',
      hint: 'The registry’s certificate is not trusted here; add its authority to the engine’s certificates.',
      retryable: false
    })
  ],
  [
    /no such host|server misbehaving|Temporary failure in name resolution|i\/o timeout|network is unreachable|Client\.Timeout|TLS handshake timeout|connection refused|context deadline exceeded/,
    () => ({
      code: 'Unavailable',
      hint: 'The registry cannot be reached: check the name, the network and the proxy.'
    })
  ]
]
