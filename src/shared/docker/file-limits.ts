/** How much of a file crosses to the page. Apart from the contract, because the page needs the numbers and no schemas. */

/** The most a file may have to be edited: a request carries no more. */
export const MAX_EDIT_BYTES = 900_000
/** What is read at first, by each "Show more", and at most. */
export const FIRST_READ_BYTES = 1_000_000
export const MAX_READ_BYTES = 64 * 1024 * 1024
