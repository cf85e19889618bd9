/** Registries: which are known and who is logged in to them, what images they have, logging in and out. */
import { z } from 'zod'
import { call, stream } from './dsl'

/** One image that was found, as it is pulled. */
export const FoundImage = z.object({
  /** `nginx`, `registry.example/team/app` or `registry.example/team/app:1.2`. */
  name: z.string(),
  /** Docker Hub's own words about it; empty elsewhere. */
  description: z.string(),
  official: z.boolean(),
  stars: z.number()
})
export type FoundImage = z.output<typeof FoundImage>

/** Where is searched, and how far that is. */
export const SearchSource = z.object({
  /** `Docker Hub`, or a registry's host as images name it. */
  name: z.string(),
  state: z.enum(['searching', 'done', 'failed']),
  found: z.array(FoundImage),
  /** There is more than was read: what is typed has to say more. */
  cut: z.boolean(),
  /** Why it could not be searched; empty unless it failed. */
  problem: z.string(),
  hint: z.string()
})
export type SearchSource = z.output<typeof SearchSource>

/** Why a credential helper that nobody chose is passed over; empty when none is. */
const PassedOver = { problem: z.string(), hint: z.string() }

/** Where a login is kept: where the docker CLI keeps one, or, encrypted, by Quayside alone. */
export const LoginPlace = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('helper'),
    /** `pass` for `docker-credential-pass`. */
    name: z.string(),
    installed: z.boolean(),
    /** Nothing names it: it is the platform's own, and named from then on. */
    detected: z.boolean()
  }),
  /** Encrypted by the system for Quayside alone; `path` is the docker CLI's file, which only a yes leads to. */
  z.object({
    kind: z.literal('app'),
    /** What encrypts it: `the GNOME keyring`. */
    keeper: z.string(),
    path: z.string(),
    ...PassedOver
  }),
  /** Not encrypted. */
  z.object({ kind: z.literal('file'), path: z.string(), ...PassedOver })
])
export type LoginPlace = z.output<typeof LoginPlace>

/** What a registry is known from. */
export const RegistryOrigin = z.enum([
  /** Docker Hub, which every engine knows. */
  'hub',
  /** The docker CLI's config.json. */
  'config',
  /** A credential helper keeps something for it. */
  'helper',
  /** Quayside keeps a login for it. */
  'app',
  /** The engine's configuration. */
  'mirror',
  'insecure',
  /** An image here is named after it. */
  'image',
  /** It was added by its address. */
  'added'
])
export type RegistryOrigin = z.output<typeof RegistryOrigin>

export const KnownRegistry = z.object({
  /** As images name it: `docker.io`, `registry.example:5000`. */
  host: z.string(),
  /** `unknown`: what keeps the login could not be asked, `problem` says why. */
  login: z.enum(['in', 'out', 'unknown']),
  /** Empty where only a token is kept, without a name. */
  username: z.string(),
  /** What keeps the login, or would: `docker-credential-pass`, or the path of config.json. */
  through: z.string(),
  problem: z.string(),
  hint: z.string(),
  origins: z.array(RegistryOrigin),
  /** Whether it can be taken off the list: the engine's own and those of images cannot. */
  removable: z.boolean()
})
export type KnownRegistry = z.output<typeof KnownRegistry>

export const KnownRegistries = z.object({
  registries: z.array(KnownRegistry),
  /** What is wrong with config.json; empty when nothing is. */
  problem: z.string(),
  hint: z.string()
})
export type KnownRegistries = z.output<typeof KnownRegistries>

export const Certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  /** What it is for: host names and addresses. */
  names: z.string(),
  validFrom: z.string(),
  validTo: z.string(),
  /** SHA-256, as OpenSSL writes it. */
  fingerprint: z.string()
})
export type Certificate = z.output<typeof Certificate>

/** What the engine has of certificates for one registry. */
export const Authorities = z.object({
  /** Where they are; empty when the engine is on another machine. */
  folder: z.string(),
  /** The engine takes any certificate of this registry, so what is here plays no part. */
  insecure: z.boolean(),
  files: z.array(
    z.object({
      name: z.string(),
      /** `authority`: what it trusts; `client`: what it shows of itself. */
      kind: z.enum(['authority', 'client']),
      /** Written by Quayside. */
      removable: z.boolean(),
      /** Empty when it holds none that can be read. Of a client's the first is its own. */
      certificates: z.array(Certificate),
      /** Why the engine cannot use it; empty when it can. */
      problem: z.string()
    })
  )
})
export type Authorities = z.output<typeof Authorities>

/** What the engine's configuration says of a registry, and whether that can be changed from here. */
export const RegistrySettings = z.object({
  host: z.string(),
  /** Whether its address can be changed: it is known only because it was added by it. */
  renamable: z.boolean(),
  /** Why the engine's part cannot be changed from here; empty when it can. */
  problem: z.string(),
  hint: z.string(),
  /** The engine's configuration file; empty when it is not ours. */
  file: z.string(),
  /** While it does not run, a change counts at its next start. */
  engineRuns: z.boolean(),
  /** The engine takes any certificate of it, and plain HTTP. */
  insecure: z.boolean(),
  /** Why it is that whatever its own entry says: this machine, or a network; empty when only the entry counts. */
  insecureBecause: z.string(),
  /** What the engine asks before Docker Hub, in its order. */
  mirrors: z.array(z.string())
})
export type RegistrySettings = z.output<typeof RegistrySettings>

/** One stage of reaching a registry. */
export const TestStep = z.object({
  name: z.enum(['DNS', 'TCP', 'TLS', 'HTTP', 'Login']),
  /** `left`: not needed, or one before it failed. */
  state: z.enum(['ok', 'warning', 'failed', 'left']),
  text: z.string(),
  hint: z.string()
})
export type TestStep = z.output<typeof TestStep>

export const RegistryTest = z.object({
  host: z.string(),
  reachable: z.boolean(),
  steps: z.array(TestStep),
  certificate: Certificate.nullable(),
  /** Rate limits as the registry tells them: `ratelimit-remaining`, `97;w=21600`. */
  limits: z.array(z.object({ name: z.string(), value: z.string() }))
})
export type RegistryTest = z.output<typeof RegistryTest>

/** A registry as it is typed: `registry.example:5000`; empty for Docker Hub. */
const Host = z.string().max(300)
const OneHost = z.object({ host: Host })

export const registries = {
  /** Every registry known here; again after each change of config.json. Every item is the whole state. */
  watch: stream({ item: KnownRegistries, delivery: 'latest' }),
  /** Removes what is stored of a login, from the helper and the file, as `docker logout` does. */
  logOut: call({ params: OneHost, result: OneHost }),
  /** Puts a registry on the list; nothing is asked of it. */
  add: call({ params: OneHost, result: OneHost }),
  /** Takes it off the list, with what the CLI keeps of a login. */
  remove: call({ params: OneHost, result: OneHost }),
  /** Whether it can be reached, stage by stage, and with the login that is stored. */
  test: call({ params: OneHost, result: RegistryTest }),
  settings: call({ params: OneHost, result: RegistrySettings }),
  /**
   * Changes the bundled engine's configuration and has it read anew, and the address of one that was added (`to`). What is null stays.
   * Taken back when the engine does not take it.
   */
  configure: call({
    params: OneHost.extend({
      to: Host,
      insecure: z.boolean().nullable(),
      mirrors: z.array(z.string().max(2000)).max(100).nullable()
    }),
    /** `read`: the running engine has it; `written`: it counts when the engine starts; `left`: nothing of it was the engine's. */
    result: OneHost.extend({ applied: z.enum(['read', 'written', 'left']) })
  }),
  authorities: call({ params: OneHost, result: Authorities }),
  /** Makes the engine trust the authority that is given as PEM text, for this registry alone. */
  trust: call({ params: OneHost.extend({ pem: z.string().max(200_000) }), result: Authorities }),
  /** As `trust`, with a file that is asked for; null when the user cancelled. */
  trustFile: call({ params: OneHost, result: Authorities.nullable() }),
  /** Asks for a certificate and its key, which the engine shows to this registry alone; null when the user cancelled. */
  addClient: call({ params: OneHost, result: Authorities.nullable() }),
  /** Takes back what `trust` or `addClient` did. */
  distrust: call({
    params: OneHost.extend({ kind: z.enum(['authority', 'client']) }),
    result: Authorities
  }),
  /** Where a login for this registry would be kept. */
  loginPlace: call({ params: OneHost, result: LoginPlace }),
  /**
   * Logs in as `docker login` does: the registry is asked, then the login is kept where the CLI finds it. `plain` allows
   * the file that is not encrypted.
   */
  logIn: call({
    params: z.object({
      host: Host,
      username: z.string().min(1).max(512),
      secret: z.string().min(1).max(65_536),
      plain: z.boolean()
    }),
    result: z.object({ host: z.string() })
  }),
  /**
   * Images whose name goes on from `text`: repositories of Docker Hub and of the registries the CLI is set up for, or
   * the tags once a colon was typed. Every item is the whole state. Closing is cancelling.
   */
  search: stream({
    params: z.object({ text: z.string().max(512) }),
    item: z.array(SearchSource),
    delivery: 'latest'
  })
}
