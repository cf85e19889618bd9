/** The bundled sample: a small web page in a container, to see that everything works without a network. */

/** The tag inside the bundled archive. */
export const SAMPLE_IMAGE = 'quayside/sample:latest'
export const SAMPLE_CONTAINER = 'quayside-sample'
/** Where the sample listens in its container. */
export const SAMPLE_PORT = 80
/** The host port it gets unless that is taken. */
export const SAMPLE_HOST_PORT = 8080
