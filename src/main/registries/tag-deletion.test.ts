/** Deleting a tag: what goes with it, and that only what was shown goes. */
import { describe, expect, it } from 'vitest'
import { deleteTag, planDeletion } from './tag-deletion'
import { digestOf, failureOf, IMAGE, json, place, registry } from './testing'

describe('a tag', () => {
  it('is deleted alone where the registry can, else with its image, and only when it is the one that was shown', async () => {
    let byTag = true
    let current = IMAGE.manifest
    const { host, asked } = await registry((request, reply) => {
      const url = request.url ?? ''
      if (request.method === 'DELETE') return reply.writeHead(!byTag && url.endsWith('/1') ? 400 : 202).end()
      if (url.includes('/tags/list')) return json(reply, { tags: ['1', 'same', 'other'] })
      const body = url.endsWith('/other') ? IMAGE.config : current
      reply
        .writeHead(200, { 'docker-content-digest': digestOf(body) })
        .end(request.method === 'HEAD' ? undefined : body)
    })
    const at = place(host)
    const plan = await planDeletion(at, '1')
    expect(plan).toEqual({ digest: digestOf(IMAGE.manifest), others: ['same'], unchecked: 0 })
    expect(await deleteTag(at, '1', plan.digest)).toEqual({ deleted: 'tag' })
    byTag = false
    expect(await deleteTag(at, '1', plan.digest)).toEqual({ deleted: 'image' })
    expect(asked.at(-1)).toContain(`DELETE /v2/team/app/manifests/${plan.digest}`)
    current = JSON.stringify({ layers: [] })
    expect(await failureOf(deleteTag(at, '1', plan.digest))).toMatchObject({ code: 'Conflict' })
    expect(asked.filter((one) => one.startsWith('DELETE'))).toHaveLength(3)
  })

  it('stays where nothing may be deleted', async () => {
    const { host } = await registry((request, reply) =>
      request.method === 'DELETE' ? reply.writeHead(405).end() : reply.end(IMAGE.manifest)
    )
    expect(await failureOf(deleteTag(place(host), '1', digestOf(IMAGE.manifest)))).toMatchObject({
      code: 'NotImplemented',
      hint: expect.stringContaining('storage.delete.enabled') as string
    })
  })
})
