/**
 * What generated programs can be made of, one per line: text with % for operands, and its type.
 *
 * In types, 'a, 'b stand for any, 'c for those that can be compared and hashed, 'm for those that may be kept in mutable
 * places (which have no functions in them, so that functions are recursive by name only). Lines start with
 *
 *     !  if evaluating it may raise, reads or writes mutable state, or calls functions
 *     ?  if, besides, it raises so easily that it should be rare
 *     ~  if the language says when operands are evaluated
 */
import { functionType, parseType, type Type } from "./types.ts";

export interface Operation {
  /** The text around the operands; one more than them. */
  readonly pieces: readonly string[];
  readonly operands: readonly Type[];
  readonly result: Type;
  readonly impure: boolean;
  readonly rare?: boolean;
  /** Whether the order in which operands are evaluated is known. */
  readonly ordered: boolean;
}

/** Read an operation. Throws if there are not as many operands in its text as in its type. */
export function operation(line: string): Operation {
  const [, flag, text, typeOf] = /^([!?~]?) *(.*) +: +(.*)$/.exec(line) ?? [];
  if (text === undefined) throw new Error(`not an operation: ${line}`);
  const pieces = text.replaceAll("%%", "\0").split("%").map((piece) => piece.replaceAll("\0", "%"));
  const whole = parseType(typeOf!);
  const count = pieces.length - 1;
  const rest = whole.con === "->" ? whole.args : [whole];
  if (rest.length <= count) throw new Error(`operands and type differ: ${line}`);
  const after = rest.slice(count);
  return { pieces, operands: rest.slice(0, count), result: functionType(after), impure: flag === "!" || flag === "?", rare: flag === "?", ordered: flag === "~" };
}

const LINES = String.raw`
% + % : int -> int -> int
% - % : int -> int -> int
% * % : int -> int -> int
- % : int -> int
? % / % : int -> int -> int
? % mod % : int -> int -> int
% / 7 : int -> int
% mod 10 : int -> int
% land % : int -> int -> int
% lor % : int -> int -> int
% lxor % : int -> int -> int
lnot % : int -> int
% lsl (% land 63) : int -> int -> int
% lsr (% land 63) : int -> int -> int
% asr (% land 63) : int -> int -> int
% lsl 3 : int -> int
% asr 2 : int -> int
abs % : int -> int
min % % : int -> int -> int
max % % : 'c -> 'c -> 'c
succ % : int -> int
compare % % : 'c -> 'c -> int
Hashtbl.hash % : 'c -> int
% = % : 'c -> 'c -> bool
% <> % : 'c -> 'c -> bool
% < % : 'c -> 'c -> bool
% <= % : 'c -> 'c -> bool
% > % : 'c -> 'c -> bool
% >= % : 'c -> 'c -> bool
(% : int) = % : int -> int -> bool
(% : int) < % : int -> int -> bool
(% : int) >= % : int -> int -> bool
(% : float) < % : float -> float -> bool
(% : float) >= % : float -> float -> bool
(% : float) = % : float -> float -> bool
(% : string) = % : string -> string -> bool
Float.compare % % : float -> float -> int
Int.compare % % : int -> int -> int
String.compare % % : string -> string -> int
Char.code % : char -> int
? Char.chr % : int -> char
Char.chr (% land 255) : int -> char
Char.uppercase_ascii % : char -> char
not % : bool -> bool
~ % && % : bool -> bool -> bool
~ % || % : bool -> bool -> bool
% +. % : float -> float -> float
% -. % : float -> float -> float
% *. % : float -> float -> float
% /. % : float -> float -> float
-. % : float -> float
sqrt % : float -> float
Float.abs % : float -> float
floor % : float -> float
ceil % : float -> float
Float.round % : float -> float
Float.trunc % : float -> float
Float.rem % % : float -> float -> float
Float.min % % : float -> float -> float
ldexp % (% land 31) : float -> int -> float
Float.succ % : float -> float
float_of_int % : int -> float
whole % : float -> int
modf % : float -> float * float
? float_of_string % : string -> float
Int64.float_of_bits (bits %) : float -> float
bits % : float -> int64
Float.is_integer % : float -> bool
Int32.add % % : int32 -> int32 -> int32
Int32.mul % % : int32 -> int32 -> int32
? Int32.div % % : int32 -> int32 -> int32
? Int32.rem % % : int32 -> int32 -> int32
Int32.shift_right_logical % (% land 31) : int32 -> int -> int32
Int32.logxor % % : int32 -> int32 -> int32
Int32.of_int % : int -> int32
Int32.to_int % : int32 -> int
Int32.compare % % : int32 -> int32 -> int
Int64.add % % : int64 -> int64 -> int64
Int64.sub % % : int64 -> int64 -> int64
Int64.mul % % : int64 -> int64 -> int64
? Int64.div % % : int64 -> int64 -> int64
? Int64.rem % % : int64 -> int64 -> int64
Int64.shift_left % (% land 63) : int64 -> int -> int64
Int64.shift_right % (% land 63) : int64 -> int -> int64
Int64.neg % : int64 -> int64
Int64.of_int % : int -> int64
Int64.to_int % : int64 -> int
Int64.of_int32 % : int32 -> int64
Int64.to_int32 % : int64 -> int32
Int64.unsigned_compare % % : int64 -> int64 -> int
Nativeint.mul % % : nativeint -> nativeint -> nativeint
Nativeint.sub % % : nativeint -> nativeint -> nativeint
? Nativeint.div % % : nativeint -> nativeint -> nativeint
Nativeint.of_int % : int -> nativeint
Nativeint.to_int % : nativeint -> int
String.length % : string -> int
? String.get % % : string -> int -> char
? String.sub % % % : string -> int -> int -> string
String.make (% land 15) % : int -> char -> string
clip (% ^ %) : string -> string -> string
clip (String.concat % %) : string -> string list -> string
! String.map % % : (char -> char) -> string -> string
String.uppercase_ascii % : string -> string
? String.index % % : string -> char -> int
String.split_on_char % % : char -> string -> string list
String.trim % : string -> string
String.starts_with ~prefix:% % : string -> string -> bool
? int_of_string % : string -> int
int_of_string_opt % : string -> int option
string_of_int % : int -> string
clip (String.escaped %) : string -> string
? String.get_int32_le % 0 : string -> int32
Printf.sprintf "%%d|%%5d|%%-4d|" % % % : int -> int -> int -> string
Printf.sprintf "%%x %%X %%o %%u %%+i" % % % % % : int -> int -> int -> int -> int -> string
Printf.sprintf "%%.3f %%g %%e" (finite %) (finite %) (finite %) : float -> float -> float -> string
Printf.sprintf "%%s:%%-6s:%%S" % % % : string -> string -> string -> string
Printf.sprintf "%%c%%C%%b" % % % : char -> char -> bool -> string
Printf.sprintf "%%ld %%Lx %%nd" % % % : int32 -> int64 -> nativeint -> string
Printf.sprintf "%%*d" (% land 15) % : int -> int -> string
Bytes.of_string % : string -> bytes
! Bytes.to_string % : bytes -> string
? Bytes.get % % : bytes -> int -> char
? Bytes.set % % % : bytes -> int -> char -> unit
! Bytes.get_uint16_be % (% land 7) : bytes -> int -> int
? Bytes.set_int32_le % (% land 7) % : bytes -> int -> int32 -> unit
? Bytes.fill % % % % : bytes -> int -> int -> char -> unit
! clip_bytes (Bytes.cat % %) : bytes -> bytes -> bytes
Bytes.make (% land 15) % : int -> char -> bytes
Buffer.create (% land 31) : int -> Buffer.t
! add_string % % : Buffer.t -> string -> unit
! Buffer.contents % : Buffer.t -> string
! Buffer.length % : Buffer.t -> int
! Buffer.clear % : Buffer.t -> unit
% :: take % : 'a -> 'a list -> 'a list
take (% @ %) : 'a list -> 'a list -> 'a list
List.rev % : 'a list -> 'a list
List.length % : 'a list -> int
! List.hd % : 'a list -> 'a
? List.nth % (% land 3) : 'a list -> int -> 'a
? List.tl % : 'a list -> 'a list
! List.map % % : ('a -> 'b) -> 'a list -> 'b list
! List.mapi % % : (int -> 'a -> 'b) -> 'a list -> 'b list
! List.iter % % : ('a -> unit) -> 'a list -> unit
! List.fold_left % % % : ('b -> 'a -> 'b) -> 'b -> 'a list -> 'b
! List.fold_right % % % : ('a -> 'b -> 'b) -> 'a list -> 'b -> 'b
? List.map2 % % % : ('a -> 'b -> int) -> 'a list -> 'b list -> int list
! List.filter % % : ('a -> bool) -> 'a list -> 'a list
! List.exists % % : ('a -> bool) -> 'a list -> bool
? List.find % % : ('a -> bool) -> 'a list -> 'a
! List.partition % % : ('a -> bool) -> 'a list -> 'a list * 'a list
List.sort compare % : 'c list -> 'c list
! List.stable_sort % % : ('a -> 'a -> int) -> 'a list -> 'a list
List.mem % % : 'c -> 'c list -> bool
List.assoc_opt % % : 'c -> ('c * 'a) list -> 'a option
? List.assoc % % : 'c -> ('c * 'a) list -> 'a
? List.combine % % : 'a list -> 'b list -> ('a * 'b) list
take (List.concat %) : 'a list list -> 'a list
! List.init (% land 7) % : int -> (int -> 'a) -> 'a list
! Option.map % % : ('a -> 'b) -> 'a option -> 'b option
? Option.get % : 'a option -> 'a
Option.value % ~default:% : 'a option -> 'a -> 'a
Some % : 'a -> 'a option
Ok % : 'a -> 'a result
Error % : string -> 'a result
? Result.get_ok % : 'a result -> 'a
fst % : 'a * 'b -> 'a
snd % : 'a * 'b -> 'b
(%, %) : 'a -> 'b -> 'a * 'b
(%, %, %) : 'a -> 'b -> 'd -> 'a * 'b * 'd
Array.make (% land 7) % : int -> 'm -> 'm array
! Array.init (% land 7) % : int -> (int -> 'm) -> 'm array
[| %; % |] : 'm -> 'm -> 'm array
? %.(%) : 'm array -> int -> 'm
! %.(% land 1) : 'm array -> int -> 'm
? %.(%) <- % : 'm array -> int -> 'm -> unit
! %.(% land 1) <- % : 'm array -> int -> 'm -> unit
Array.length % : 'm array -> int
! Array.map % % : ('a -> 'm) -> 'a array -> 'm array
! Array.fold_left % % % : ('b -> 'm -> 'b) -> 'b -> 'm array -> 'b
! Array.iteri % % : (int -> 'm -> unit) -> 'm array -> unit
! Array.to_list % : 'm array -> 'm list
Array.of_list % : 'm list -> 'm array
! few (Array.append % %) : 'm array -> 'm array -> 'm array
? Array.sub % (% land 1) (% land 3) : 'm array -> int -> int -> 'm array
! Array.copy % : 'm array -> 'm array
? Array.blit % 0 % (% land 1) (% land 1) : 'm array -> 'm array -> int -> int -> unit
! Array.sort compare % : 'c array -> unit
? Array.fill % 0 (% land 3) % : 'm array -> int -> 'm -> unit
ref % : 'm -> 'm ref
! ! % : 'm ref -> 'm
! % := % : 'm ref -> 'm -> unit
! incr % : int ref -> unit
~ lazy % : 'a -> 'a Lazy.t
! Lazy.force % : 'a Lazy.t -> 'a
! Lazy.map % % : ('a -> 'b) -> 'a Lazy.t -> 'b Lazy.t
cut 3 (Node (%, %, %)) : 'a tree -> 'a -> 'a tree -> 'a tree
cut 4 (insert % %) : 'c -> 'c tree -> 'c tree
! fold_tree % % % : ('a -> 'b -> 'b) -> 'a tree -> 'b -> 'b
Hashtbl.create (% land 7) : int -> table
! Hashtbl.replace % % % : table -> string -> int -> unit
? Hashtbl.find % % : table -> string -> int
! Hashtbl.remove % % : table -> string -> unit
! Hashtbl.length % : table -> int
! bindings % : table -> (string * int) list
? raise % : exn -> 'a
? invalid_arg % : string -> 'a
Failure % : string -> exn
Invalid_argument % : string -> exn
Not_found : exn
Exit : exn
Division_by_zero : exn
! Fun.protect ~finally:% % : (unit -> unit) -> (unit -> 'a) -> 'a
? Effect.perform (Ask %) : int -> int
? Effect.perform (Tell %) : string -> unit
churn % : int -> int
ignore % : 'a -> unit
Fun.id % : 'a -> 'a
Sys.opaque_identity % : 'a -> 'a
Fun.const % : 'a -> 'b -> 'a
! Fun.flip % % % : ('a -> 'b -> 'd) -> 'b -> 'a -> 'd
! (fun f x -> f (f x)) % % : ('a -> 'a) -> 'a -> 'a
! (fun f g x -> g (f x)) % % : ('a -> 'b) -> ('b -> 'd) -> 'a -> 'd
! % |> % : 'a -> ('a -> 'b) -> 'b
`;

export const LIBRARY: readonly Operation[] = LINES.trim().split("\n").map(operation);

/** Patterns, in the same form: what % matches has the type of the operand. */
export const PATTERNS: readonly Operation[] = [
  "None : 'a option",
  "Some % : 'a -> 'a option",
  "[] : 'a list",
  "% :: % : 'a -> 'a list -> 'a list",
  "[%; %] : 'a -> 'a -> 'a list",
  "Ok % : 'a -> 'a result",
  "Error % : string -> 'a result",
  "Leaf : 'a tree",
  "Node (%, %, %) : 'a tree -> 'a -> 'a tree -> 'a tree",
  "(%, %) : 'a -> 'b -> 'a * 'b",
  "(%, %, %) : 'a -> 'b -> 'd -> 'a * 'b * 'd",
  "[|%; %|] : 'm -> 'm -> 'm array",
  "{ contents = % } : 'm -> 'm ref",
  "lazy % : 'a -> 'a Lazy.t",
  "Not_found : exn",
  "Division_by_zero : exn",
  "Failure % : string -> exn",
  "Invalid_argument % : string -> exn",
].map(operation);
