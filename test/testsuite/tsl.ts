/**
 * The language of the TEST blocks in OCaml's testsuite (ocamltest/tsl_lexer.mll, tsl_parser.mly): statements, each ended
 * by `;`, followed by any number of blocks in braces, each of which is one way to go on.
 */

/** A step of a test. Lines count from 1. */
export type Statement = { readonly line: number } & (
  | { readonly kind: "assign"; readonly name: string; readonly value: string }
  | { readonly kind: "append"; readonly name: string; readonly value: string }
  | { readonly kind: "unset"; readonly name: string }
  | { readonly kind: "include"; readonly name: string }
  | { readonly kind: "test"; readonly name: string; readonly modifiers: readonly string[] }
);

export interface TestTree {
  readonly statements: readonly Statement[];
  readonly branches: readonly TestTree[];
}

export class TslError extends Error {
  override readonly name = "TslError";
}

/** Whether a file is a test: whether a TEST block is the first thing in it. */
export function isTest(source: string): boolean {
  return /^\s*(\(\*|\/\*)[ \t\f]*TEST/.test(source);
}

/** The test that a file describes. Throws TslError. */
export function parseTest(source: string): TestTree {
  const parser = new Parser(new Lexer(source));
  return parser.script();
}

type Token =
  | { readonly kind: "word" | "string"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: "{" | "}" | ";" | "," | "=" | "+=" | "begin" | "end" };

const WORD = /[A-Za-z_.\-'0-9]+/y;
/** A backslash at the end of a line, and the blanks that go with it. */
const CONTINUATION = /\\\r*\n[ \t\f]*(?:\\([ \t\f]))?/y;
const BEGIN = /(\(\*|\/\*)[ \t\f]*TEST(_BELOW)?/y;

class Lexer {
  private readonly source: string;
  private at = 0;
  line = 1;

  constructor(source: string) {
    this.source = source;
  }

  fail(message: string): never {
    throw new TslError(`line ${this.line}: ${message}`);
  }

  /** The match of a sticky pattern here, which is then behind us. */
  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (!match) return undefined;
    this.moveTo(this.at + match[0].length);
    return match;
  }

  private moveTo(end: number): void {
    for (; this.at < end; this.at++) if (this.source[this.at] === "\n") this.line++;
  }

  next(): Token {
    this.match(/\s+/y);
    if (this.at >= this.source.length) this.fail("unexpected end of file");
    const begin = this.match(BEGIN);
    if (begin) {
      if (begin[2]) this.skipToBlockBelow();
      return { kind: "symbol", text: "begin" };
    }
    if (this.match(/\*[)/]/y)) return { kind: "symbol", text: "end" };
    if (this.source.startsWith("(*", this.at)) {
      this.comment();
      return this.next();
    }
    const symbol = this.match(/\+=|[={};,]/y);
    if (symbol) return { kind: "symbol", text: symbol[0] as ";" };
    if (this.match(/"/y)) return { kind: "string", text: this.string() };
    const word = this.match(WORD);
    if (word) return { kind: "word", text: word[0] };
    return this.fail(`unexpected character ${this.source[this.at]}`);
  }

  /** TEST_BELOW refers to the last TEST block of the file. */
  private skipToBlockBelow(): void {
    const all = [...this.source.matchAll(/(\(\*|\/\*)[ \t\f]*TEST/g)];
    const last = all.at(-1)!;
    if (last.index < this.at) this.fail("there is no TEST block below");
    this.moveTo(last.index + last[0].length);
  }

  private comment(): void {
    let depth = 0;
    do {
      const mark = this.match(/\(\*|\*\)/y);
      if (mark) depth += mark[0] === "(*" ? 1 : -1;
      else if (this.at < this.source.length) this.moveTo(this.at + 1);
      else this.fail("unterminated comment");
    } while (depth > 0);
  }

  /** The rest of a string. Backslashes mean nothing except at the end of a line. */
  private string(): string {
    let text = "";
    while (true) {
      const plain = this.match(/[^\\"]+/y);
      if (plain) text += plain[0];
      const continuation = this.match(CONTINUATION);
      if (continuation) text += continuation[1] ?? "";
      else if (this.match(/\\/y)) text += "\\";
      else if (this.match(/"/y)) return text;
      else if (!plain) this.fail("unterminated string");
    }
  }
}

class Parser {
  private readonly lexer: Lexer;
  private token: Token;

  constructor(lexer: Lexer) {
    this.lexer = lexer;
    this.token = lexer.next();
  }

  private fail(): never {
    return this.lexer.fail(`syntax error at ${this.token.text}`);
  }

  private is(symbol: string): boolean {
    return this.token.kind === "symbol" && this.token.text === symbol;
  }

  private expect(symbol: string): void {
    if (!this.is(symbol)) this.fail();
    this.token = this.lexer.next();
  }

  private take(kind: "word" | "string"): string {
    const { token } = this;
    if (token.kind !== kind) this.fail();
    this.token = this.lexer.next();
    return token.text;
  }

  script(): TestTree {
    this.expect("begin");
    const tree = this.node();
    if (!this.is("end")) this.fail();
    return tree;
  }

  private node(): TestTree {
    const statements: Statement[] = [];
    const branches: TestTree[] = [];
    while (this.token.kind === "word") {
      statements.push(this.statement());
      this.expect(";");
    }
    while (this.is("{")) {
      this.expect("{");
      branches.push(this.node());
      this.expect("}");
    }
    return { statements, branches };
  }

  private statement(): Statement {
    const { line } = this.lexer;
    let name = this.take("word");
    if (name === "include" || name === "unset") return { kind: name, name: this.take("word"), line };
    if (name === "set") name = this.take("word");
    if (this.is("=") || this.is("+=")) {
      const kind = this.is("=") ? "assign" : "append";
      this.token = this.lexer.next();
      return { kind, name, value: this.take("string"), line };
    }
    const modifiers: string[] = [];
    if (this.token.kind === "word" && this.token.text === "with") {
      do {
        this.token = this.lexer.next();
        modifiers.push(this.take("word"));
      } while (this.is(","));
    }
    return { kind: "test", name, modifiers, line };
  }
}
