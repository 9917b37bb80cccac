/**
 * A host that lives in memory: a file tree, given standard input, collected output. For browsers, sandboxes and tests;
 * it needs nothing of Node.
 */
import { type FileStatus, type Host, HostError, type OpenFlags } from "./host.ts";

export interface MemoryHostOptions {
  /** Files by absolute path; directories on the way are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** What standard input delivers: all of it, or a function that fills a buffer and returns the number of bytes (0: end). */
  readonly stdin?: string | Uint8Array | ((buffer: Uint8Array) => number);
  /** Called with the bytes written to standard output; without it they are collected in `stdout`. */
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
  readonly environment?: Readonly<Record<string, string>>;
  /** The current directory at the start; made if need be. Default: `/`. */
  readonly directory?: string;
  /** The clock, in seconds since 1970. */
  readonly time?: () => number;
  /** Whether the standard streams are a terminal. */
  readonly terminal?: boolean;
}

interface NodeBase {
  readonly inode: number;
  permissions: number;
  modified: number;
}
interface FileNode extends NodeBase {
  readonly kind: "file";
  data: Uint8Array;
  size: number;
}
interface DirectoryNode extends NodeBase {
  readonly kind: "directory";
  parent: DirectoryNode;
  readonly entries: Map<string, TreeNode>;
}
type TreeNode = FileNode | DirectoryNode;

/** An open file, or one of the standard streams. */
type Descriptor =
  | { readonly node: TreeNode; readonly read: boolean; readonly write: boolean; readonly append: boolean; at: number }
  | { readonly input: (buffer: Uint8Array) => number }
  | { readonly output: (bytes: Uint8Array) => void };

const encoder = new TextEncoder();
const DIRECTORY_SIZE = 4096;

/** Bytes collected from writes. */
class Collector {
  private readonly chunks: Uint8Array[] = [];
  readonly add = (bytes: Uint8Array): void => void this.chunks.push(bytes.slice());

  text(): string {
    const decoder = new TextDecoder();
    return this.chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
  }
}

export class MemoryHost implements Host {
  private readonly descriptors: (Descriptor | undefined)[];
  private readonly collectedOut = new Collector();
  private readonly collectedErr = new Collector();
  private readonly options: MemoryHostOptions;
  private inodes = 0;
  private readonly root: DirectoryNode;
  private here: DirectoryNode;

  constructor(options: MemoryHostOptions = {}) {
    this.options = options;
    this.root = this.newDirectory(undefined, 0o755);
    this.here = this.root;
    for (const [path, content] of Object.entries(options.files ?? {})) this.writeFile(path, content);
    this.here = this.directoryAt(options.directory ?? "/");
    this.descriptors = [
      { input: inputOf(options.stdin ?? "") },
      { output: options.onStdout ?? this.collectedOut.add },
      { output: options.onStderr ?? this.collectedErr.add },
    ];
  }

  /** What has been written to standard output, unless `onStdout` took it. */
  get stdout(): string {
    return this.collectedOut.text();
  }
  get stderr(): string {
    return this.collectedErr.text();
  }

  /** Put a file into the tree, with the directories above it. */
  writeFile(path: string, content: string | Uint8Array): void {
    const slash = path.lastIndexOf("/");
    const directory = this.directoryAt(path.slice(0, slash + 1));
    const data = typeof content === "string" ? encoder.encode(content) : content.slice();
    directory.entries.set(path.slice(slash + 1), { ...this.newNode(0o644), kind: "file", data, size: data.length });
  }

  /** The content of a file. Throws HostError. */
  readFile(path: string): Uint8Array {
    const node = this.find(path);
    if (node.kind !== "file") throw new HostError("EISDIR");
    return node.data.slice(0, node.size);
  }

  // ---- Descriptors ----------------------------------------------------------------------------------------------------

  open(path: string, flags: OpenFlags, permissions: number): number {
    const { directory, name } = this.split(path);
    let node = name === "" ? directory : lookUp(directory, name);
    if (node && flags.create && flags.exclusive) throw new HostError("EEXIST");
    if (!node) {
      if (!flags.create) throw new HostError("ENOENT");
      node = { ...this.newNode(permissions), kind: "file", data: new Uint8Array(0), size: 0 };
      directory.entries.set(name, node);
      directory.modified = this.time();
    } else if (node.kind === "directory") {
      if (flags.write || flags.create || flags.truncate) throw new HostError("EISDIR");
    } else if (path.endsWith("/")) {
      throw new HostError("ENOTDIR");
    } else if (flags.truncate) {
      node.size = 0;
      node.modified = this.time();
    }
    return this.install({ node, read: flags.read, write: flags.write, append: flags.append ?? false, at: 0 });
  }

  private install(descriptor: Descriptor): number {
    const free = this.descriptors.indexOf(undefined);
    const fd = free >= 0 ? free : this.descriptors.length;
    this.descriptors[fd] = descriptor;
    return fd;
  }

  private descriptor(fd: number): Descriptor {
    const descriptor = this.descriptors[fd];
    if (!descriptor) throw new HostError("EBADF");
    return descriptor;
  }

  /** The descriptor of a file or directory, which has positions. */
  private positioned(fd: number): Extract<Descriptor, { at: number }> {
    const descriptor = this.descriptor(fd);
    if (!("node" in descriptor)) throw new HostError("ESPIPE");
    return descriptor;
  }

  close(fd: number): void {
    this.descriptor(fd);
    this.descriptors[fd] = undefined;
  }

  read(fd: number, buffer: Uint8Array): number {
    const d = this.descriptor(fd);
    if ("input" in d) return d.input(buffer);
    if (!("node" in d) || !d.read) throw new HostError("EBADF");
    if (d.node.kind === "directory") throw new HostError("EISDIR");
    const n = Math.max(0, Math.min(buffer.length, d.node.size - d.at));
    buffer.set(d.node.data.subarray(d.at, d.at + n));
    d.at += n;
    return n;
  }

  write(fd: number, bytes: Uint8Array): number {
    const d = this.descriptor(fd);
    if ("output" in d) {
      d.output(bytes);
      return bytes.length;
    }
    if (!("node" in d) || !d.write || d.node.kind === "directory") throw new HostError("EBADF");
    const { node } = d;
    if (d.append) d.at = node.size;
    const end = d.at + bytes.length;
    if (end > node.data.length) {
      const larger = new Uint8Array(Math.max(end, 2 * node.data.length));
      larger.set(node.data.subarray(0, node.size));
      node.data = larger;
    } else if (d.at > node.size) {
      node.data.fill(0, node.size, d.at);
    }
    node.data.set(bytes, d.at);
    d.at = end;
    node.size = Math.max(node.size, end);
    node.modified = this.time();
    return bytes.length;
  }

  writeAll(fd: number, bytes: Uint8Array): void {
    this.write(fd, bytes);
  }

  seek(fd: number, offset: number): void {
    this.positioned(fd).at = offset;
  }

  position(fd: number): number {
    return this.positioned(fd).at;
  }

  size(fd: number): number {
    const { node } = this.positioned(fd);
    return node.kind === "file" ? node.size : DIRECTORY_SIZE;
  }

  isTerminal(fd: number): boolean {
    const descriptor = this.descriptors[fd];
    return (this.options.terminal ?? false) && descriptor !== undefined && !("node" in descriptor);
  }

  terminalRows(): number {
    return -1;
  }

  // ---- Paths ----------------------------------------------------------------------------------------------------------

  status(path: string): FileStatus {
    const node = this.find(path);
    return {
      kind: node.kind,
      size: node.kind === "file" ? node.size : DIRECTORY_SIZE,
      permissions: node.permissions,
      device: 1,
      inode: node.inode,
      links: node.kind === "file" ? 1 : 2,
      user: 0,
      group: 0,
      specialDevice: 0,
      accessTime: node.modified,
      modificationTime: node.modified,
      changeTime: node.modified,
    };
  }

  readDirectory(path: string): string[] {
    const node = this.find(path);
    if (node.kind !== "directory") throw new HostError("ENOTDIR");
    return [...node.entries.keys()];
  }

  makeDirectory(path: string, permissions: number): void {
    const { directory, name } = this.split(path);
    if (name === "" || lookUp(directory, name)) throw new HostError("EEXIST");
    directory.entries.set(name, this.newDirectory(directory, permissions));
    directory.modified = this.time();
  }

  removeDirectory(path: string): void {
    const { directory, name } = this.split(path);
    if (name === "") throw new HostError("EBUSY");
    if (name === ".") throw new HostError("EINVAL");
    const node = lookUp(directory, name);
    if (!node) throw new HostError("ENOENT");
    if (node.kind !== "directory") throw new HostError("ENOTDIR");
    if (name === ".." || node.entries.size > 0) throw new HostError("ENOTEMPTY");
    directory.entries.delete(name);
    directory.modified = this.time();
  }

  remove(path: string): void {
    const { directory, name } = this.split(path);
    const node = name === "" ? directory : lookUp(directory, name);
    if (!node) throw new HostError("ENOENT");
    if (node.kind === "directory") throw new HostError("EISDIR");
    if (path.endsWith("/")) throw new HostError("ENOTDIR");
    directory.entries.delete(name);
    directory.modified = this.time();
  }

  rename(from: string, to: string): void {
    const source = this.split(from);
    const target = this.split(to);
    const node = lookUp(source.directory, source.name);
    if (!node) throw new HostError("ENOENT");
    if ([source.name, target.name].some((name) => name === "" || name === "." || name === "..")) {
      throw new HostError("EBUSY");
    }
    const replaced = lookUp(target.directory, target.name);
    if (replaced === node) return;
    if (node.kind === "directory") {
      for (let d = target.directory; d !== this.root; d = d.parent) if (d === node) throw new HostError("EINVAL");
      if (replaced?.kind === "file") throw new HostError("ENOTDIR");
      if (replaced && replaced.entries.size > 0) throw new HostError("ENOTEMPTY");
      node.parent = target.directory;
    } else {
      if (replaced?.kind === "directory") throw new HostError("EISDIR");
      if (from.endsWith("/") || to.endsWith("/")) throw new HostError("ENOTDIR");
    }
    source.directory.entries.delete(source.name);
    target.directory.entries.set(target.name, node);
    source.directory.modified = target.directory.modified = this.time();
  }

  changeDirectory(path: string): void {
    const node = this.find(path);
    if (node.kind !== "directory") throw new HostError("ENOTDIR");
    this.here = node;
  }

  currentDirectory(): string {
    const names: string[] = [];
    for (let d = this.here; d !== this.root; d = d.parent) {
      const name = [...d.parent.entries].find(([, node]) => node === d)?.[0];
      if (name === undefined) throw new HostError("ENOENT");
      names.unshift(name);
    }
    return `/${names.join("/")}`;
  }

  private newNode(permissions: number): NodeBase {
    return { inode: ++this.inodes, permissions: permissions & 0o777, modified: this.time() };
  }

  private newDirectory(parent: DirectoryNode | undefined, permissions: number): DirectoryNode {
    const node = { ...this.newNode(permissions), kind: "directory" as const, entries: new Map<string, TreeNode>() };
    const directory = node as typeof node & { parent: DirectoryNode };
    directory.parent = parent ?? directory;
    return directory;
  }

  /** The directory at `path`, made with all above it where it does not exist. */
  private directoryAt(path: string): DirectoryNode {
    let directory = path.startsWith("/") ? this.root : this.here;
    for (const name of path.split("/").filter((part) => part !== "")) {
      let node = lookUp(directory, name);
      if (!node) {
        node = this.newDirectory(directory, 0o755);
        directory.entries.set(name, node);
      }
      if (node.kind !== "directory") throw new HostError("ENOTDIR");
      directory = node;
    }
    return directory;
  }

  /** Directory and last name of a path (`""` for the root). Throws when something on the way is missing. */
  private split(path: string): { directory: DirectoryNode; name: string } {
    if (path === "") throw new HostError("ENOENT");
    const names = path.split("/").filter((part) => part !== "");
    const name = names.pop() ?? "";
    let directory = path.startsWith("/") ? this.root : this.here;
    for (const part of names) {
      const node = lookUp(directory, part);
      if (!node) throw new HostError("ENOENT");
      if (node.kind !== "directory") throw new HostError("ENOTDIR");
      directory = node;
    }
    return { directory, name };
  }

  private find(path: string): TreeNode {
    const { directory, name } = this.split(path);
    const node = name === "" ? directory : lookUp(directory, name);
    if (!node) throw new HostError("ENOENT");
    if (node.kind === "file" && path.endsWith("/")) throw new HostError("ENOTDIR");
    return node;
  }

  // ---- The process ----------------------------------------------------------------------------------------------------

  environment(name: string): string | undefined {
    const variables = this.options.environment ?? {};
    return Object.hasOwn(variables, name) ? variables[name] : undefined;
  }

  time(): number {
    return this.options.time?.() ?? Date.now() / 1000;
  }

  cpuTime(): number {
    return performance.now() / 1000;
  }

  random(bytes: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(bytes));
  }

  system(): number {
    throw new HostError("ENOSYS");
  }
}

function lookUp(directory: DirectoryNode, name: string): TreeNode | undefined {
  if (name === ".") return directory;
  if (name === "..") return directory.parent;
  return directory.entries.get(name);
}

function inputOf(source: string | Uint8Array | ((buffer: Uint8Array) => number)): (buffer: Uint8Array) => number {
  if (typeof source === "function") return source;
  const bytes = typeof source === "string" ? encoder.encode(source) : source;
  let at = 0;
  return (buffer) => {
    const chunk = bytes.subarray(at, at + buffer.length);
    buffer.set(chunk);
    at += chunk.length;
    return chunk.length;
  };
}
