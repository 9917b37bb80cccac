/** System errors as OCaml words them: the texts of glibc's strerror, by errno name. */
import type { Machine } from "../machine.ts";
import { HostError } from "../host/host.ts";

const MESSAGES: Readonly<Record<string, string>> = {
  E2BIG: "Argument list too long",
  EACCES: "Permission denied",
  EAGAIN: "Resource temporarily unavailable",
  EBADF: "Bad file descriptor",
  EBUSY: "Device or resource busy",
  ECHILD: "No child processes",
  EDOM: "Numerical argument out of domain",
  EEXIST: "File exists",
  EFAULT: "Bad address",
  EFBIG: "File too large",
  EINTR: "Interrupted system call",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  EMLINK: "Too many links",
  ENAMETOOLONG: "File name too long",
  ENFILE: "Too many open files in system",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOEXEC: "Exec format error",
  ENOMEM: "Cannot allocate memory",
  ENOSPC: "No space left on device",
  ENOSYS: "Function not implemented",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  ENOTTY: "Inappropriate ioctl for device",
  ENXIO: "No such device or address",
  EPERM: "Operation not permitted",
  EPIPE: "Broken pipe",
  ERANGE: "Numerical result out of range",
  EROFS: "Read-only file system",
  ESPIPE: "Illegal seek",
  ESRCH: "No such process",
  EXDEV: "Invalid cross-device link",
};

export function errorMessage(code: string): string {
  return MESSAGES[code] ?? `Unknown error ${code}`;
}

/** Do something on the host; a HostError becomes Sys_error, with `subject` (a path) before its text. */
export function system<T>(m: Machine, subject: string | undefined, action: () => T): T {
  try {
    return action();
  } catch (e) {
    if (!(e instanceof HostError)) throw e;
    const text = errorMessage(e.code);
    return m.sysError(subject === undefined ? text : `${subject}: ${text}`);
  }
}
