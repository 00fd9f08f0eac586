/** How a command ends. Scripts branch on these codes, so they never change their meaning. */
export const EXIT = {
  ok: 0,
  /** Something was refused, or a check found something. */
  refused: 1,
  usage: 2,
  /** No gateway answers at the address. */
  unreachable: 3,
  /** The set-up could not install what is missing (cli/setup.mjs). */
  notInstalled: 4,
  /** The gateway does not take the key, or there is none. */
  key: 5,
  /** The gateway answered with an error of its own. */
  gateway: 6,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that the user can understand without a stack: `message` says what, why and what to do next. */
export class CommandError extends Error {
  readonly code: ExitCode;
  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const EXIT_HELP = `
Exit codes: 0 done · 1 something was refused or found · 2 wrong usage · 3 the gateway cannot be reached
            4 installation failed · 5 key missing or refused · 6 the gateway failed`;
