/** What instructions and their flags do, in our own words, and where Docker's reference tells more. Read by help and completion. */

export interface FlagHelp {
  readonly text: string
  /** What may stand behind the equals sign; none where it is free, or where there is no equals sign. */
  readonly values?: readonly string[]
  /** Written alone: it needs no value. */
  readonly bare?: boolean
}

export interface InstructionHelp {
  readonly text: string
  readonly flags: Readonly<Record<string, FlagHelp>>
}

const REFERENCE = 'https://docs.docker.com/reference/dockerfile/'

const CHOWN = { text: 'The owner of what is written: a user, or user:group, by name or number.' }
const CHMOD = { text: 'The permissions of what is written, as 755 or as u=rwx,go=rx.' }
const LINK = {
  text: 'Writes the files into a layer of their own, which stays in the cache when what is below it changes.',
  bare: true
}
const EXCLUDE = { text: 'Leaves out what fits this pattern. May be written several times.' }

export const INSTRUCTIONS: Readonly<Record<string, InstructionHelp>> = {
  FROM: {
    text: 'Begins a stage from an image, from an earlier stage, or from scratch, which is empty. AS gives the stage a name.',
    flags: {
      platform: {
        text: 'The platform of the image. $BUILDPLATFORM is the machine that builds, $TARGETPLATFORM the one that is built for.',
        values: ['$BUILDPLATFORM', '$TARGETPLATFORM', 'linux/amd64', 'linux/arm64']
      }
    }
  },
  RUN: {
    text: 'Runs a command and keeps what it changed as a layer. Several lines go between <<EOF and EOF.',
    flags: {
      mount: {
        text: 'Gives the command files for as long as it runs: a cache, a secret, the ssh agent, or a folder of another stage. None of it becomes part of the image.',
        values: [
          'type=cache,target=',
          'type=bind,source=',
          'type=secret,id=',
          'type=ssh',
          'type=tmpfs,target='
        ]
      },
      network: {
        text: 'Which network the command has: the usual one, none, or that of the host.',
        values: ['default', 'none', 'host']
      },
      security: {
        text: 'insecure runs the command without confinement. The builder has to allow it.',
        values: ['sandbox', 'insecure']
      },
      device: { text: 'Gives the command a device of the builder, by its CDI name.' }
    }
  },
  CMD: {
    text: 'The command that a container runs when it is given none, or the arguments of ENTRYPOINT. Only the last one counts.',
    flags: {}
  },
  ENTRYPOINT: {
    text: 'The program that a container runs. What is written behind the image in docker run becomes its arguments.',
    flags: {}
  },
  LABEL: { text: 'Adds facts to the image, each a name and a value. docker inspect shows them.', flags: {} },
  MAINTAINER: {
    text: 'Names the author. It is out of use: write LABEL org.opencontainers.image.authors instead.',
    flags: {}
  },
  EXPOSE: {
    text: 'Says on which ports the program listens. It opens none: docker run -p does.',
    flags: {}
  },
  ENV: {
    text: 'Sets variables, for the instructions that follow and for every container of the image.',
    flags: {}
  },
  ADD: {
    text: 'Copies files as COPY does, fetches addresses and Git repositories, and unpacks local archives.',
    flags: {
      'keep-git-dir': {
        text: 'Keeps the .git folder of a repository.',
        values: ['true', 'false'],
        bare: true
      },
      checksum: { text: 'What an address has to deliver, as sha256:…; anything else fails the build.' },
      chown: CHOWN,
      chmod: CHMOD,
      link: LINK,
      unpack: { text: 'Whether an archive is unpacked.', values: ['true', 'false'], bare: true },
      exclude: EXCLUDE
    }
  },
  COPY: {
    text: 'Copies files of the context, or of a stage or an image named by --from, into the image.',
    flags: {
      from: { text: 'Where the files are: an earlier stage, an image, or a named context.' },
      chown: CHOWN,
      chmod: CHMOD,
      link: LINK,
      parents: { text: 'Keeps the folders that a file is in.', bare: true },
      exclude: EXCLUDE
    }
  },
  VOLUME: {
    text: 'Says which folders keep their content outside of the container. Changes to them after this line are lost.',
    flags: {}
  },
  USER: {
    text: 'Who runs what follows and the program of the container: a user, or user:group, by name or number.',
    flags: {}
  },
  WORKDIR: { text: 'The folder for what follows. It is made where it is missing.', flags: {} },
  ARG: {
    text: 'A value that a build can be given with --build-arg, and its default. It is seen in the history of the image: no place for secrets.',
    flags: {}
  },
  ONBUILD: {
    text: 'Keeps an instruction for later: it is carried out at the beginning of a build that has this image as its base.',
    flags: {}
  },
  STOPSIGNAL: { text: 'The signal that docker stop sends, by name or number.', flags: {} },
  HEALTHCHECK: {
    text: 'A command that the engine runs again and again to see whether the program works. NONE takes away that of the base image.',
    flags: {
      interval: { text: 'Between two checks; 30s unless said otherwise.' },
      timeout: { text: 'A check that takes longer has failed; 30s unless said otherwise.' },
      'start-period': { text: 'How long failures do not count after the start.' },
      'start-interval': { text: 'Between two checks during the start period.' },
      retries: { text: 'So many failures in a row make it unhealthy; 3 unless said otherwise.' }
    }
  },
  SHELL: {
    text: 'The program that runs commands which are not written as a list, with its arguments, as a JSON list.',
    flags: {}
  }
}

export const DIRECTIVES: Readonly<Record<string, string>> = {
  syntax: 'The image of the program that reads this file. BuildKit pulls and runs it when it builds.',
  escape: 'The character that continues a line: a backslash, or a backtick where paths have backslashes.',
  check:
    'Which of BuildKit’s checks are left out, as skip=RuleName,Other, and whether the others fail a build: error=true.'
}

/** What an option of `RUN --mount` means. */
export const MOUNT_OPTIONS: Readonly<Record<string, string>> = {
  type: 'cache, bind, tmpfs, secret or ssh.',
  target: 'Where the command sees it.',
  source: 'The path in the context, or in what from names.',
  from: 'The stage, image or named context it comes from.',
  id: 'The name of the cache, secret or agent.',
  sharing: 'Whether builds use a cache at the same time: shared, private or locked.',
  readonly: 'The command may not write to it.',
  rw: 'The command may write; nothing of it is kept.',
  required: 'The build fails when it was not given.',
  env: 'The variable the secret is given in.',
  mode: 'Its permissions.',
  uid: 'Its owner.',
  gid: 'Its group.',
  size: 'The most it may hold.'
}

export const MOUNT_TYPES: Readonly<Record<string, readonly string[]>> = {
  bind: ['target', 'source', 'from', 'rw'],
  cache: ['target', 'id', 'sharing', 'from', 'source', 'mode', 'uid', 'gid', 'readonly'],
  tmpfs: ['target', 'size'],
  secret: ['id', 'target', 'env', 'required', 'mode', 'uid', 'gid'],
  ssh: ['id', 'target', 'required', 'mode', 'uid', 'gid']
}

/** Docker's reference at an instruction, or at one of its flags. */
export function referenceOf(instruction: string, flag?: string): string {
  const at = instruction.toLowerCase()
  if (at === 'maintainer') return `${REFERENCE}#maintainer-deprecated`
  const documented = flag !== undefined && !['HEALTHCHECK'].includes(instruction)
  return `${REFERENCE}#${documented ? `${at}---${flag}` : at}`
}

export const DIRECTIVE_REFERENCE = `${REFERENCE}#parser-directives`
