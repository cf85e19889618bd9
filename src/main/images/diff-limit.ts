/** The largest text that is compared line by line: more than a person reads. Apart from text-diff, which main does not load. */
export const MAX_DIFF_BYTES = 1024 * 1024
