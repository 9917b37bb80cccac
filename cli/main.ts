#!/usr/bin/env node
/** The `bactrian` command: starts command.ts, from compiled code where Node keeps that. */
import module from "node:module";

// Since Node 22.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
await import("./command.ts");
