/**
 * The library unix, against what OCaml's runtime prints for the same programs:
 *
 *     cd test/programs/unix; ocamlc -I +unix unix.cma NAME.ml -o NAME.byte; ocamlrun NAME.byte > NAME.txt
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { HostWait } from "../runtime/host/host.ts";
import { DEBUG_STRESS } from "../runtime/layout.ts";
import { NodeHost } from "../runtime/host/node.ts";
import { brokenDown, instantOf } from "../runtime/primitives/unix/calendar.ts";
import { findZone } from "../runtime/primitives/unix/zones.ts";
import { compilePrograms, run, runAsync, testFolder } from "./support/programs.ts";

const folder = testFolder("programs/unix");
/** Exit statuses other than 0, and what is written to standard error. */
const STATUSES: Readonly<Record<string, number>> = { processes: 9 };
const ERRORS: Readonly<Record<string, string>> = { processes: "out\n" };

/** Programs that need JavaScript's event loop. */
const ASYNCHRONOUS = ["signals"];
/** Programs that allocate too much to collect at every allocation. */
const HEAVY = ["time"];

for (const [name, program] of compilePrograms(folder, [], ["unix"])) {
  const check = (label: string, execute: typeof runAsync, debug: number): void => {
    t.test(`${name} ${label}`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), "bactrian-test-"));
      t.teardown(() => rmSync(directory, { recursive: true }));
      const { status, stdout, stderr } = await execute(program, { directory, argv: [`${name}.byte`], debug });
      t.equal(stderr, ERRORS[name] ?? "");
      t.equal(status, STATUSES[name] ?? 0);
      const expected = readFileSync(join(folder, `${name}.txt`), "latin1").split("\n");
      const found = stdout.split("\n");
      t.equal(found.length, expected.length, "number of lines");
      // One by one: a comparison of all of them takes tap very long when they differ.
      const wrong = expected.flatMap((line, i) => (line === found[i] ? [] : [{ expected: line, found: found[i] }]));
      t.same(wrong.slice(0, 10), []);
    });
  };
  if (!ASYNCHRONOUS.includes(name)) check("blocking", async (...args) => run(...args), 0);
  check("with the event loop turning", runAsync, 0);
  if (!HEAVY.includes(name)) check("collecting at every allocation", runAsync, DEBUG_STRESS);
}

/** Make a request until it is answered, waiting in between as the host says. The number of times that it had to wait. */
async function patiently<T>(request: () => T): Promise<{ result: T; waits: number }> {
  for (let waits = 0; ; waits++) {
    try {
      return { result: request(), waits };
    } catch (e) {
      if (!(e instanceof HostWait)) throw e;
      await e.ready;
    }
  }
}

t.test("requests that have to wait let the event loop turn", async (t) => {
  const host = new NodeHost();
  host.mayWait(true);
  let turns = 0;
  const clock = setInterval(() => turns++, 5);
  t.teardown(() => clearInterval(clock));

  const pid = host.processes.spawn({ program: "sh", argv: ["sh", "-c", "sleep 0.1; exit 3"], streams: [0, 1, 2] });
  const ended = await patiently(() => host.processes.wait(pid, true));
  t.same(ended.result, { pid, exited: 3 });
  t.ok(ended.waits > 0);

  const [reading, writing] = host.files.pipe();
  setTimeout(() => host.files.write(writing, Uint8Array.of(1, 2, 3)), 30);
  const buffer = new Uint8Array(10);
  const read = await patiently(() => host.files.read(reading, buffer));
  t.equal(read.result, 3);
  t.ok(read.waits > 0);

  const deadline = performance.now() + 30;
  const slept = await patiently(() => host.clock.sleepUntil(deadline));
  t.ok(slept.waits > 0);
  t.ok(performance.now() >= deadline);

  const server = host.network.socket("inet", "stream");
  host.network.bind(server, { kind: "inet", address: "127.0.0.1", port: 0 });
  host.network.listen(server);
  const client = host.network.socket("inet", "stream");
  const address = host.network.localAddress(server);
  setTimeout(() => void patiently(() => host.network.connect(client, address)), 30);
  const accepted = await patiently(() => host.network.accept(server));
  t.ok(accepted.waits > 0);
  setTimeout(() => host.files.write(client, Uint8Array.of(7)), 30);
  const received = await patiently(() => host.files.read(accepted.result.fd, buffer));
  t.equal(received.result, 1);
  t.equal(buffer[0], 7);
  t.ok(received.waits > 0);
  t.ok(turns > 0);
});

t.test("signals come when the event loop turns, unless they are blocked", async (t) => {
  const host = new NodeHost();
  host.mayWait(true);
  const { signals } = host;
  t.equal(signals.setAction("SIGUSR2", "catch"), "default");
  t.teardown(() => signals.setAction("SIGUSR2", "default"));
  host.processes.kill(host.processes.pid, "SIGUSR2");
  t.same(signals.take(), ["SIGUSR2"]);
  t.same(signals.changeMask("block", ["SIGUSR2"]), []);
  host.processes.kill(host.processes.pid, "SIGUSR2");
  t.same(signals.take(), []);
  t.same(signals.pending(), ["SIGUSR2"]);
  t.same(signals.changeMask("unblock", ["SIGUSR2"]), ["SIGUSR2"]);
  t.same(signals.take(), ["SIGUSR2"]);
  // From outside.
  const pid = host.processes.spawn({
    program: "sh",
    argv: ["sh", "-c", `kill -USR2 ${process.pid}`],
    streams: [0, 1, 2],
  });
  signals.changeMask("block", ["SIGUSR2"]);
  await patiently(() => signals.suspend([]));
  t.same([signals.take(), signals.pending()], [[], ["SIGUSR2"]]);
  signals.changeMask("unblock", ["SIGUSR2"]);
  t.same([signals.take(), signals.pending()], [["SIGUSR2"], []]);
  await patiently(() => host.processes.wait(pid, true));
  t.equal(signals.setAction("SIGUSR2", "ignore"), "catch");
  host.processes.kill(host.processes.pid, "SIGUSR2");
  t.same([signals.take(), signals.pending()], [[], []]);
});

t.test("dates and instants lead to each other", (t) => {
  const times = Array.from({ length: 2000 }, (_, i) => Math.floor(Math.sin(i) * 1e13));
  t.same(times.map((time) => instantOf(brokenDown(BigInt(time))!)), times);
  t.end();
});

t.test("zones by name have the offsets that JavaScript knows", (t) => {
  const { files } = new NodeHost();
  const zones = ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"];
  for (const name of zones) {
    const zone = findZone(files, name);
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    const times = Array.from({ length: 150 }, (_, i) => 1e9 + 1e7 * i);
    const offsets = times.map((time) => {
      const text = format.formatToParts(time * 1000).find((p) => p.type === "timeZoneName")!.value;
      const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(text)!;
      return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
    });
    t.same(times.map((time) => zone(time).offset), offsets, name);
  }
  t.end();
});
