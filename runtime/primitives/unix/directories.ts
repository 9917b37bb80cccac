/** Names of files, and directories (otherlibs/unix/opendir.c, readdir.c, link_unix.c, rename_unix.c, mkdir.c and others). */
import { HostError } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { allocText, allocTexts, notImplemented, onPath, optionalBool, pathArgument, textArgument, unix, unixError } from "./errors.ts";

// Fields of a dir_handle.
/** The names, as an array; unit once it is closed. */
const NAMES = 0;
/** Index of the next name. */
const NEXT = 1;
/** Where the directory is. */
const PATH = 2;

/** Names in a directory as readdir gives them. */
const namesIn = (m: Machine, path: string): string[] => [".", "..", ...m.host.files.readDirectory(path)];

function openDirectory(m: Machine, path: string): Value {
  const names = namesIn(m, path);
  const place = m.host.files.realPath(path);
  m.pushRoot(allocTexts(m, names));
  const placeValue = allocText(m, place);
  return m.tuple(0, m.popRoot(), Val.int(0), placeValue);
}

/** Address of the open dir_handle in slot 0. */
function openHandle(m: Machine, a: number, name: string): number {
  const handle = m.block(a, 0);
  if (m.isInt(handle, NAMES)) unixError(m, "EBADF", name);
  return handle;
}

function nextName(m: Machine, a: number): Value {
  const handle = openHandle(m, a, "readdir");
  const names = m.block(handle, NAMES);
  const next = m.int(handle, NEXT);
  if (next >= m.wosize(names)) m.endOfFile();
  m.setField(handle, NEXT, Val.int(next + 1));
  return m.field(names, next);
}

/** The paths in slots i and i + 1. */
const paths = (m: Machine, a: number, i: number, name: string): [string, string] => [
  pathArgument(m, a, i, name),
  pathArgument(m, a, i + 1, name),
];

/** A primitive of result unit on two paths in slots i and i + 1, whose errors are about one of them. */
const onPaths = (
  name: string,
  { i, about }: { i: number; about: number },
  action: (m: Machine, from: string, to: string, a: number) => void,
): PrimitiveCode => {
  const act = onPath(
    name,
    (m, _path, a) => {
      const [from, to] = paths(m, a, i, name);
      action(m, from, to, a);
    },
    about,
  );
  // The first path is checked first.
  return (m, a) => {
    pathArgument(m, a, i, name);
    return act(m, a);
  };
};

export const directoryPrimitives = definePrimitives({
  caml_unix_unlink: [1, onPath("unlink", (m, path) => m.host.files.remove(path))],
  caml_unix_rename: [2, onPaths("rename", { i: 0, about: 0 }, (m, from, to) => m.host.files.rename(from, to))],
  caml_unix_link: [
    3,
    onPaths("link", { i: 1, about: 2 }, (m, from, to, a) =>
      m.host.files.link(optionalBool(m, a, 0) ? m.host.files.realPath(from) : from, to),
    ),
  ],
  caml_unix_symlink: [
    3,
    onPaths("symlink", { i: 1, about: 2 }, (m, target, path) => m.host.files.symbolicLink(target, path)),
  ],
  caml_unix_has_symlink: [1, () => Val.true],
  caml_unix_readlink: [1, onPath("readlink", (m, path) => allocText(m, m.host.files.readLink(path)))],
  caml_unix_realpath: [1, onPath("realpath", (m, path) => allocText(m, m.host.files.realPath(path)))],
  caml_unix_mkdir: [2, onPath("mkdir", (m, path, a) => m.host.files.makeDirectory(path, m.int(a, 1)))],
  caml_unix_rmdir: [1, onPath("rmdir", (m, path) => m.host.files.removeDirectory(path))],
  caml_unix_chdir: [1, onPath("chdir", (m, path) => m.host.files.changeDirectory(path))],
  caml_unix_getcwd: [
    1,
    (m) => allocText(m, unix(m, "getcwd", undefined, () => m.host.files.currentDirectory())),
  ],
  caml_unix_chroot: [1, notImplemented("chroot")],
  caml_unix_mkfifo: [2, onPath("mkfifo", (m, path, a) => m.host.files.makeFifo(path, m.int(a, 1)))],
  caml_unix_opendir: [1, onPath("opendir", openDirectory)],
  caml_unix_readdir: [1, nextName],
  caml_unix_rewinddir: [
    1,
    (m, a) => {
      const path = textArgument(m, openHandle(m, a, "rewinddir"), PATH);
      try {
        const names = allocTexts(m, namesIn(m, path));
        m.setField(m.block(a, 0), NAMES, names);
      } catch (e) {
        // The directory has gone; what was in it stays known.
        if (!(e instanceof HostError)) throw e;
      }
      m.setField(m.block(a, 0), NEXT, Val.int(0));
      return Val.unit;
    },
  ],
  caml_unix_closedir: [
    1,
    (m, a) => {
      m.setField(openHandle(m, a, "closedir"), NAMES, Val.unit);
      return Val.unit;
    },
  ],
});
