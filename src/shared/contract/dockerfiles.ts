/**
 * Dockerfiles that are edited: opened, saved, and checked by BuildKit while they are written. A file is named by the id it
 * was opened under, so that nothing can be read or written that was not opened.
 */
import { z } from 'zod'
import { MOST_CHECKED_CHARACTERS } from '../docker/dockerfile-limits'
import { BuildInput } from './builds'
import { call, stream } from './dsl'

const Text = z.string().max(8192)
const Where = BuildInput.pick({ context: true, dockerfile: true })

export const OpenedDockerfile = z.object({
  id: z.string(),
  /** The file itself, links followed. */
  path: z.string(),
  /** The folder that is built. */
  context: z.string(),
  /** Within the context, or the whole path of a file outside; as the form of a build takes it. */
  dockerfile: z.string(),
  /** Lines end with a line feed; what the file has is put back when it is saved. */
  text: z.string(),
  /** False for one that is made when it is saved. */
  exists: z.boolean(),
  crlf: z.boolean(),
  bom: z.boolean(),
  /** Why it cannot be saved; empty when it can. */
  readOnly: z.string(),
  /** The file that says what a build leaves out. */
  ignore: z.object({ name: z.string(), text: z.string() }).nullable()
})
export type OpenedDockerfile = z.output<typeof OpenedDockerfile>

export const SavedDockerfile = z.discriminatedUnion('saved', [
  z.object({ saved: z.literal(true) }),
  /** What happened to the file since it was read; nothing was written. */
  z.object({ saved: z.literal(false), meanwhile: z.enum(['changed', 'deleted']) })
])
export type SavedDockerfile = z.output<typeof SavedDockerfile>

export const CheckFinding = z.object({
  rule: z.string(),
  message: z.string(),
  url: z.string(),
  severity: z.enum(['error', 'warning']),
  /** From 1; 0 for what is said of the whole. */
  line: z.number(),
  endLine: z.number()
})
export type CheckFinding = z.output<typeof CheckFinding>

export const DockerfileCheck = z.object({
  findings: z.array(CheckFinding).readonly(),
  /** BuildKit could not read it to its end: rules below that place were not tried. */
  stopped: z.boolean(),
  /** Why BuildKit did not check it; empty when it did. */
  unavailable: z.string()
})
export type DockerfileCheck = z.output<typeof DockerfileCheck>

export const dockerfiles = {
  /** Opens the Dockerfile of a context. Outside a folder that was chosen in a dialog the user is asked first. */
  open: call({ params: Where, result: OpenedDockerfile }),
  /** Asks for a file and opens it; null when the user cancelled. */
  choose: call({ result: OpenedDockerfile.nullable() }),
  /** `text` in UTF-8. Without `overwrite` a file that is not as it was read stays as it is. */
  save: call({
    params: z.object({ id: z.uuid(), text: z.instanceof(Uint8Array), overwrite: z.boolean() }),
    result: SavedDockerfile
  }),
  /** Which file has changes that are not saved: quitting asks. null for none. */
  unsaved: call({ params: z.object({ path: Text.nullable() }), result: z.void() }),
  /** The names in a folder of a context that was chosen, folders with a slash; none of any other. */
  names: call({ params: z.object({ context: Text, folder: Text }), result: z.array(z.string()).readonly() }),
  /** One item; leaving the stream ends the check. Base images are looked up at their registries. */
  check: stream({
    params: BuildInput.pick({ context: true, contextKind: true, buildArgs: true, target: true }).extend({
      text: z.string().max(MOST_CHECKED_CHARACTERS)
    }),
    item: DockerfileCheck,
    delivery: 'latest'
  }),
  openLink: call({ params: z.object({ url: z.string().max(8192) }), result: z.void() })
}
