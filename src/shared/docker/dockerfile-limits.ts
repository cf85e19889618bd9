/** How much of a Dockerfile is edited and checked. Used by the contract, main and the page. */

/** A file of this many bytes can be edited; a larger one is no Dockerfile that somebody wrote. */
export const MOST_DOCKERFILE_BYTES = 1_000_000

/** Over this BuildKit's checks, completion and help are left out: each reads the text anew, at every key or so. */
export const MOST_CHECKED_CHARACTERS = 250_000
