/** What the engine's sentences about exec mean; read by error-rules.ts only, which says how such rules are written. */
import type { Rule } from './error-rules'

export const EXEC_RULES: readonly Rule[] = [
  [
    /chdir to cwd \("([^"]*)"\).*(?:no such file or directory|not a directory)/,
    (m) => ({
      code: 'InvalidParameter',
      message: `There is no folder "${m[1] ?? ''}" in the container.`,
      hint: 'Correct the working directory, or leave it empty for the container’s own.'
    })
  ],
  [
    /chdir to cwd \("([^"]*)"\).*permission denied/,
    (m) => ({
      code: 'Forbidden',
      message: `The user may not enter "${m[1] ?? ''}".`,
      hint: 'Choose another working directory or another user.'
    })
  ],
  [
    /Cwd must be an absolute path/,
    () => ({
      code: 'InvalidParameter',
      message: 'The working directory is not an absolute path.',
      hint: 'Begin it with a slash, for example /app.'
    })
  ],
  [
    /unable to find user ([^:]*):/,
    (m) => ({
      code: 'InvalidParameter',
      message: `The image has no user "${m[1] ?? ''}".`,
      hint: 'Use a user of the image or a numeric id.'
    })
  ],
  [
    /unable to find group ([^:]*):/,
    (m) => ({
      code: 'InvalidParameter',
      message: `The image has no group "${m[1] ?? ''}".`,
      hint: 'Use a group of the image or a numeric id.'
    })
  ],
  [
    /OCI runtime exec failed: (?:exec failed: )?(?:unable to start container process: )?(?!.*exec: ")(.*)$/,
    (m) => ({ message: m[1] ?? '', hint: 'Check the command, the user and the working directory.' })
  ]
]
