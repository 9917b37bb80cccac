/** A host that grants nothing. */
import { type Host, HostError } from "../../runtime/host/host.ts";

const refuse = (): never => {
  throw new HostError("EPERM");
};

export class ClosedHost implements Host {
  open = refuse;
  close = refuse;
  read = refuse;
  write = refuse;
  writeAll = refuse;
  seek = refuse;
  position = refuse;
  size = refuse;
  isTerminal = (): boolean => false;
  status = refuse;
  readDirectory = refuse;
  makeDirectory = refuse;
  removeDirectory = refuse;
  remove = refuse;
  rename = refuse;
  changeDirectory = refuse;
  currentDirectory = refuse;
  environment = (): undefined => undefined;
  time = refuse;
  cpuTime = refuse;
  random = refuse;
  system = refuse;
}
