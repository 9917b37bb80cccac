/** Types, exceptions and classes that a program defines. */
import { below } from "../support/random.ts";
import type { Writer } from "./expressions.ts";
import { operation, type Operation } from "./operation.ts";
import type { Definition } from "./functions.ts";
import { optional, type Tree, whole } from "./tree.ts";
import { BOOL, INT, type Type, type, typeText, UNIT } from "./types.ts";

const arrow = (types: readonly Type[]): string => types.map((t) => `(${typeText(t)})`).join(" -> ");
const several = <T>(w: Writer, least: number, most: number, item: (index: number) => T): T[] =>
  Array.from({ length: least + below(w.next, most - least + 1) }, (_, i) => item(i));

/** A record; sometimes of floats only, sometimes with fields that change. */
export function record(w: Writer): Definition {
  const name = w.scope.fresh("t");
  const floats = w.chance(0.25);
  const mutable = w.chance(0.4);
  const fields = several(w, 1, 4, () => ({
    name: w.scope.fresh("a"),
    type: floats ? type("float") : w.universe.random(true),
    mutable: mutable && w.chance(0.6),
  }));
  const braces = (item: (field: (typeof fields)[number]) => string, separator = "; "): string => `{ ${fields.map(item).join(separator)} }`;
  const values = braces((field) => `${field.name} = ${w.universe.simplest(field.type)}`);
  const shown = fields.map((field) => `"${field.name}=" ^ ${w.universe.show(field.type)} x.${field.name}`).join(' ^ " " ^ ');
  const changing = fields.some((field) => field.mutable || w.universe.isMutable(field.type));
  const declared = braces((field) => `${field.mutable ? "mutable " : ""}${field.name} : ${typeText(field.type)}`);
  const all = `${braces((field) => `${field.name} = %`)} : ${arrow([...fields.map((field) => field.type), type(name)])}`;
  w.universe.define(name, { simplest: () => values, show: () => `show_${name}`, mutable: changing });
  w.scope.definePattern(operation(all));
  const operations = [operation(all)];
  for (const field of fields) {
    const t = typeText(field.type);
    operations.push(operation(`${changing ? "! " : ""}(% : ${name}).${field.name} : ${name} -> (${t})`));
    if (fields.length > 1) operations.push(operation(`${changing ? "! " : ""}{ % with ${field.name} = % } : ${name} -> (${t}) -> ${name}`));
    if (field.mutable) operations.push(operation(`! (% : ${name}).${field.name} <- % : ${name} -> (${t}) -> unit`));
  }
  return { tree: whole(`type ${name} = ${declared}\nlet show_${name} (x : ${name}) = "{" ^ ${shown} ^ "}"`), operations, variables: [] };
}

/** A variant, ordinary or polymorphic, perhaps recursive. */
export function variant(w: Writer): Definition {
  const name = w.scope.fresh("t");
  const tick = w.chance(0.2) ? "`" : "";
  const recursive = w.chance(0.5);
  const constructors = several(w, 2, 7, (i) => ({
    name: `${tick}${w.scope.fresh("A")}`,
    types: i === 0 ? [] : several(w, 0, 3, () => (recursive && w.chance(0.3) ? type(name) : w.universe.random(true, 1))),
  }));
  const text = (it: (typeof constructors)[number], item: (t: Type, i: number) => string, separator = ", "): string => {
    const items = it.types.map(item);
    return items.length === 0 ? it.name : `${it.name} (${items.join(separator)})`;
  };
  const declared = constructors.map((it) => {
    const types = it.types.map((t) => `(${typeText(t)})`).join(" * ");
    return it.types.length === 0 ? it.name : `${it.name} of ${tick ? `(${types})` : types}`;
  });
  const first = constructors[0]!.name;
  w.universe.define(name, {
    simplest: () => (tick ? `(${first} : ${name})` : first),
    show: () => `show_${name}`,
    mutable: constructors.some((it) => it.types.some((t) => w.universe.isMutable(t))),
    annotated: tick !== "",
  });
  const arms = (of: string, argument: (t: Type, x: string) => string): string[] =>
    constructors.map((it) => {
      const pattern = text(it, (_, i) => `x${i}`);
      if (of === "cut") return `${pattern} -> ${text(it, (t, i) => argument(t, `x${i}`))}`;
      return `${pattern} -> "${it.name}"${it.types.map((t, i) => ` ^ " " ^ ${argument(t, `x${i}`)}`).join("")}`;
    });
  const cut = arms("cut", (t, x) => (t.con === name ? `cut_${name} (n - 1) ${x}` : x));
  const show = arms("show", (t, x) => `${w.universe.show(t)} ${x}`);
  const lines = [
    `type ${name} = ${tick ? `[ ${declared.map((it) => `| ${it}`).join(" ")} ]` : declared.join(" | ")}`,
    `let rec cut_${name} n (x : ${name}) : ${name} = if n <= 0 then ${first} else match x with ${cut.join(" | ")}`,
    `let rec show_${name} (x : ${name}) = "(" ^ (match x with ${show.join(" | ")}) ^ ")"`,
  ];
  const operations = constructors.map((it) => {
    const types = [...it.types, type(name)];
    w.scope.definePattern(operation(`${text(it, () => "%")} : ${arrow(types)}`));
    return operation(`(${text(it, (t) => (t.con === name ? `cut_${name} 3 %` : "%"))} : ${name}) : ${arrow(types)}`);
  });
  return { tree: whole(lines.join("\n")), operations, variables: [] };
}

export function exception(w: Writer): Definition {
  const name = w.scope.fresh("E");
  const types = several(w, 0, 2, () => w.universe.random(true, 1));
  const operands = types.length === 0 ? "" : ` (${types.map(() => "%").join(", ")})`;
  const made = operation(`${name}${operands} : ${arrow([...types, type("exn")])}`);
  w.scope.definePattern(made);
  const declared = types.map((t) => `(${typeText(t)})`).join(" * ");
  return { tree: whole(`exception ${name}${declared && ` of ${declared}`}`), operations: [made], variables: [] };
}

/** A class, and perhaps one that inherits from it and changes a method. */
export function classes(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("c_");
  const state = w.scope.fresh("s");
  const t = w.universe.random(true, 1);
  const parameter = { name: w.scope.fresh("p"), type: t };
  const simplest = `(new ${name} ${w.universe.simplest(t)})`;
  const operations: Operation[] = [];
  const inside: Operation[] = [operation(`! ${state} <- % : (${typeText(t)}) -> unit`)];
  const methods = several(w, 1, 4, () => ({ name: w.scope.fresh("m"), from: w.universe.random(), result: w.universe.random() }));
  const written = (it: (typeof methods)[number], keyword: string, more: readonly Operation[] = []): Tree => {
    const x = w.parameter("x", it.from);
    const body = w.body([x.variable, parameter, { name: state, type: t }], it.result, depth, [...inside, ...more]);
    return whole(` ${keyword} ${it.name} (${x.variable.name} : ${typeText(it.from)}) : ${typeText(it.result)} = `, body);
  };
  const bodies = methods.map((it) => {
    const tree = written(it, "method");
    inside.push(operation(`! self#${it.name} % : ${arrow([it.from, it.result])}`));
    return tree;
  });
  for (const it of methods) operations.push(operation(`! (% : ${name})#${it.name} % : ${arrow([type(name), it.from, it.result])}`));
  operations.push(operation(`! new ${name} % : ${arrow([t, type(name)])}`));
  w.universe.define(name, { simplest: () => simplest, show: () => '(fun _ -> "object")', functional: true, mutable: true, annotated: true });
  const head = (it: string): string => `class ${it} (${parameter.name} : ${typeText(t)}) = object (self)`;
  const base = whole(`${head(name)} val mutable ${state} = ${parameter.name}`, ...bodies, " end");
  if (w.chance(0.5)) return { tree: base, operations, variables: [] };
  const heir = w.scope.fresh("d");
  const first = methods[0]!;
  const override = written(first, "method!", [operation(`! super#${first.name} % : ${arrow([first.from, first.result])}`)]);
  operations.push(operation(`! (new ${heir} % :> ${name}) : ${arrow([t, type(name)])}`));
  return { tree: whole(base, `\n${head(heir)} inherit ${name} ${parameter.name} as super`, override, " end"), operations, variables: [] };
}

/** A value, computed when the program starts. */
export function value(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("g");
  const t = w.universe.random();
  const guarded = w.tree(t, ["(try ", w.write(t, depth), ` with _ -> ${w.universe.simplest(t)})`], false);
  return { tree: whole(`let ${name} : ${typeText(t)} = `, guarded), operations: [], variables: [{ name, type: t }] };
}

/** Something that is written out, whatever comes of it. */
export function statement(w: Writer, depth: number): Tree {
  const written = w.chance(0.7) ? w.tree(UNIT, ["(out ", w.shown(depth), ")"], false) : w.write(UNIT, depth);
  const guard = w.effects && w.chance(0.85) ? "guard_effects" : "guard";
  return optional(`let () = ${guard} (fun () -> `, w.chance(0.15) ? repeated(w, written) : written, ")\n");
}

const repeated = (w: Writer, body: Tree): Tree =>
  w.tree(UNIT, ["(for _ = 1 to ", w.write(INT, 0), " land 15 do tick (); if ", w.write(BOOL, 1), " then ", body, " done)"], false);
