/** OCaml's signal numbers (runtime/signals.c): -1 and below for those that have one, the system's for the others. */

/** Signals of OCaml from -1 downwards. */
const NAMES = (
  "SIGABRT SIGALRM SIGFPE SIGHUP SIGILL SIGINT SIGKILL SIGPIPE SIGQUIT SIGSEGV SIGTERM SIGUSR1 SIGUSR2 SIGCHLD SIGCONT " +
  "SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGVTALRM SIGPROF SIGBUS SIGPOLL SIGSYS SIGTRAP SIGURG SIGXCPU SIGXFSZ"
).split(" ");

/** Linux's numbers, from 1. */
const SYSTEM_NAMES = (
  "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM " +
  "SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGPOLL " +
  "SIGPWR SIGSYS"
).split(" ");

/** Node's names of signals that have several. */
const SYNONYMS: Readonly<Record<string, string>> = { SIGIO: "SIGPOLL", SIGIOT: "SIGABRT", SIGUNUSED: "SIGSYS" };

/** Name of the signal that an OCaml program means by a number; undefined: there is none. */
export function signalName(n: number): string | undefined {
  return n < 0 ? NAMES[-n - 1] : SYSTEM_NAMES[n - 1];
}

/** What OCaml programs call a signal; 0 for unknown names. */
export function signalNumber(name: string): number {
  const usual = SYNONYMS[name] ?? name;
  const i = NAMES.indexOf(usual);
  return i >= 0 ? -i - 1 : systemSignalNumber(usual);
}

/** The system's number of a signal; 0 for unknown names. */
export function systemSignalNumber(name: string): number {
  return SYSTEM_NAMES.indexOf(SYNONYMS[name] ?? name) + 1;
}

export const MAX_SIGNAL = SYSTEM_NAMES.length;
