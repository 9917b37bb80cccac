/**
 * The program's process, its environment, and other processes (otherlibs/unix/spawn.c, wait.c, execv.c, kill.c,
 * envir_unix.c, signals.c and others).
 */
import { TAG_DOUBLE } from "../../layout.ts";
import { ExitRequest, HostError, type ProcessEnd, type SystemString } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { signalName, signalNumber } from "../signal-names.ts";
import {
  allocTexts,
  effect,
  intList,
  notImplemented,
  onPath,
  stringsArgument,
  textArgument,
  unix,
  unixError,
} from "./errors.ts";

// Constructors of process_status.
const WEXITED = 0;
const WSIGNALED = 1;

function allocEnd(m: Machine, end: ProcessEnd | undefined): Value {
  const status =
    end?.signal === undefined
      ? m.tuple(WEXITED, Val.int(end?.exited ?? 0))
      : m.tuple(WSIGNALED, Val.int(signalNumber(end.signal)));
  return m.tuple(0, Val.int(end?.pid ?? 0), status);
}

function wait(m: Machine, name: string, pid: number, hang: boolean): Value {
  return allocEnd(
    m,
    unix(m, name, undefined, () => m.host.processes.wait(pid, hang)),
  );
}

/** A path as execve takes it: names without a slash are not looked up in PATH. */
const literally = (path: SystemString): SystemString => (path.includes("/") || path === "" ? path : `./${path}`);

/**
 * Become another program: run it as a child and end as it has ended. `search`: look it up in PATH; `environment`: it is
 * in slot 2.
 */
const exec = (name: string, how: { search: boolean; environment: boolean }): PrimitiveCode =>
  onPath(name, (m, path, a) => {
    const argv = stringsArgument(m, a, 1, name);
    const environment = how.environment ? stringsArgument(m, a, 2, name) : undefined;
    const { processes } = m.host;
    const program = how.search ? path : literally(path);
    const end = m.blocking(true, () => {
      const pid = processes.spawn({ program, argv, environment, streams: [0, 1, 2] });
      return processes.wait(pid, true)!;
    });
    if (end.signal !== undefined) processes.kill(processes.pid, end.signal);
    throw new ExitRequest(end.exited ?? 128);
  });

function spawn(m: Machine, program: SystemString, a: number): Value {
  const name = "create_process";
  const argv = stringsArgument(m, a, 1, name);
  const environment = m.isInt(a, 2) ? undefined : stringsArgument(m, m.block(a, 2), 0, name);
  const redirect = m.block(a, 4);
  const pid = m.blocking(true, () =>
    m.host.processes.spawn({
      program: m.bool(a, 3) ? program : literally(program),
      argv,
      environment,
      streams: [m.int(redirect, 0), m.int(redirect, 1), m.int(redirect, 2)],
    }),
  );
  return Val.int(pid);
}

const environment = (m: Machine): Value =>
  allocTexts(
    m,
    m.host.environment.entries().map(([name, value]) => `${name}=${value}`),
  );

/** Names of the signals in the list in slot i. */
function signalSet(m: Machine, a: number, i: number): string[] {
  return intList(m, a, i).flatMap((n) => signalName(n) ?? []);
}

/** The list of some signals. */
function allocSignals(m: Machine, signals: readonly string[]): Value {
  return m.list(signals.length, (i) => Val.int(signalNumber(signals[i]!)));
}

const identity = (part: "user" | "effectiveUser" | "group" | "effectiveGroup"): PrimitiveCode =>
  (m) => Val.int(m.host.processes.identity()[part]);

export const processPrimitives = definePrimitives({
  caml_unix_environment: [1, environment],
  caml_unix_environment_unsafe: [1, environment],
  caml_unix_putenv: [
    2,
    (m, a) => {
      const entry = `${textArgument(m, a, 0)}=${textArgument(m, a, 1)}`;
      if (entry.includes("\0")) unixError(m, "EINVAL", "putenv", a);
      const equals = entry.indexOf("="); // the name may have one
      m.host.environment.set(entry.slice(0, equals), entry.slice(equals + 1));
      return Val.unit;
    },
  ],
  caml_unix_execv: [2, exec("execv", { search: false, environment: false })],
  caml_unix_execve: [3, exec("execve", { search: false, environment: true })],
  caml_unix_execvp: [2, exec("execvp", { search: true, environment: false })],
  caml_unix_execvpe: [3, exec("execvpe", { search: true, environment: true })],
  caml_unix_spawn: [5, onPath("create_process", spawn)],
  caml_unix_fork: [1, notImplemented("fork")],
  caml_unix_wait: [1, (m) => wait(m, "wait", -1, true)],
  caml_unix_waitpid: [
    2,
    (m, a) => {
      const pid = m.int(a, 1);
      // Process groups are not told apart: 0 and below stand for any child. Constructor 0 is WNOHANG.
      return wait(m, "waitpid", pid > 0 ? pid : -1, !intList(m, a, 0).includes(0));
    },
  ],
  caml_unix_exit: [
    1,
    (m, a) => {
      throw new ExitRequest(m.int(a, 0) & 255);
    },
  ],
  caml_unix_getpid: [1, (m) => Val.int(m.host.processes.pid)],
  caml_unix_getppid: [1, (m) => Val.int(m.host.processes.parent())],
  caml_unix_setsid: [1, notImplemented("setsid")],
  caml_unix_nice: [
    1,
    (m, a) => unix(m, "nice", undefined, () => Val.int(m.host.processes.nice(m.int(a, 0)))),
  ],
  caml_unix_kill: [
    2,
    effect("kill", (m, a) => {
      const number = m.int(a, 1);
      const signal = signalName(number);
      if (signal === undefined && number !== 0) throw new HostError("EINVAL");
      m.host.processes.kill(m.int(a, 0), signal);
    }),
  ],
  caml_unix_sigprocmask: [
    2,
    (m, a) =>
      unix(m, "sigprocmask", undefined, () => {
        const how = (["set", "block", "unblock"] as const)[m.int(a, 0)]!;
        return allocSignals(m, m.host.signals.changeMask(how, signalSet(m, a, 1)));
      }),
  ],
  caml_unix_sigpending: [1, (m) => allocSignals(m, m.host.signals.pending())],
  caml_unix_sigsuspend: [
    1,
    effect("sigsuspend", (m, a) => {
      // After a signal has been handled meanwhile, what is timed is called again with the time that is left.
      if (!m.isInt(a, 0) && m.tag(m.block(a, 0)) === TAG_DOUBLE) return;
      m.timed(a, -1, () => m.host.signals.suspend(signalSet(m, a, 0)));
    }),
  ],
  caml_unix_getuid: [1, identity("user")],
  caml_unix_geteuid: [1, identity("effectiveUser")],
  caml_unix_getgid: [1, identity("group")],
  caml_unix_getegid: [1, identity("effectiveGroup")],
  caml_unix_getgroups: [
    1,
    (m) => {
      const { groups } = m.host.processes.identity();
      return m.array(groups.length, (i) => Val.int(groups[i]!));
    },
  ],
  caml_unix_setuid: [1, effect("setuid", (m, a) => m.host.processes.setIdentity({ user: m.int(a, 0) }))],
  caml_unix_setgid: [1, effect("setgid", (m, a) => m.host.processes.setIdentity({ group: m.int(a, 0) }))],
  caml_unix_setgroups: [
    1,
    effect("setgroups", (m, a) => {
      const array = m.block(a, 0);
      m.host.processes.setIdentity({ groups: Array.from({ length: m.wosize(array) }, (_, i) => m.int(array, i)) });
    }),
  ],
  caml_unix_gethostname: [1, (m) => m.allocString(m.host.processes.hostName())],
});
