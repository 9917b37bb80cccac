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
import { NUMBER_LINES } from "./library-numbers.ts";
import { type Operation, operation } from "./operation.ts";

const LINES = String.raw`
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
! Bytes.get_int64_le % 0 : bytes -> int64
? Bytes.set_int64_be % (% land 7) % : bytes -> int -> int64 -> unit
! Bytes.sub_string % 0 (% land 3) : bytes -> int -> string
(let b = Bytes.extend % (% land 1) (% land 7) in Bytes.fill b 0 (Bytes.length b) 'e'; b) : bytes -> int -> int -> bytes
Float.Array.make (% land 7) % : int -> float -> floatarray
! Float.Array.init (% land 7) % : int -> (int -> float) -> floatarray
? Float.Array.get % % : floatarray -> int -> float
? Float.Array.set % (% land 3) % : floatarray -> int -> float -> unit
! Float.Array.fold_left % % % : ('a -> float -> 'a) -> 'a -> floatarray -> 'a
! Float.Array.map % % : (float -> float) -> floatarray -> floatarray
big_make Bigarray.Float64 (% land 7) % : int -> float -> big_float
big_make Bigarray.Float32 (% land 7) % : int -> float -> big_single
big_make Bigarray.Int32 (% land 7) % : int -> int32 -> big_int32
big_make Bigarray.Int64 (% land 7) % : int -> int64 -> big_int64
big_make Bigarray.Nativeint (% land 7) % : int -> nativeint -> big_native
big_make Bigarray.Int8_unsigned (% land 7) % : int -> int -> big_byte
big_make Bigarray.Int16_signed (% land 7) % : int -> int -> big_short
big_make Bigarray.Char (% land 7) % : int -> char -> big_char
! Bigarray.Array1.init Bigarray.Float64 Bigarray.C_layout (% land 7) % : int -> (int -> float) -> big_float
! Bigarray.Array1.init Bigarray.Int64 Bigarray.C_layout (% land 7) % : int -> (int -> int64) -> big_int64
? %.{%} : big_float -> int -> float
? %.{%} : big_single -> int -> float
? %.{%} : big_int32 -> int -> int32
? %.{%} : big_int64 -> int -> int64
? %.{%} : big_native -> int -> nativeint
? %.{%} : big_byte -> int -> int
? %.{%} : big_short -> int -> int
? %.{%} : big_char -> int -> char
? %.{% land 1} <- % : big_float -> int -> float -> unit
? %.{% land 1} <- % : big_single -> int -> float -> unit
? %.{% land 1} <- % : big_int32 -> int -> int32 -> unit
? %.{% land 1} <- % : big_int64 -> int -> int64 -> unit
? %.{% land 1} <- % : big_native -> int -> nativeint -> unit
? %.{% land 1} <- % : big_byte -> int -> int -> unit
? %.{% land 1} <- % : big_short -> int -> int -> unit
? %.{% land 1} <- % : big_char -> int -> char -> unit
Bigarray.Array1.dim % : big_float -> int
Bigarray.Array1.dim % : big_byte -> int
! Bigarray.Array1.fill % % : big_int64 -> int64 -> unit
? Bigarray.Array1.sub % (% land 1) (% land 1) : big_float -> int -> int -> big_float
(module struct type t = int let value = % let f = % let show = show_int end : Packed) : int -> (int -> int) -> packed
(module struct type t = float let value = % let f = % let show = show_float end : Packed) : float -> (float -> float) -> packed
(module struct type t = string let value = % let f = % let show = show_string end : Packed) : string -> (string -> string) -> packed
(module struct type t = int64 let value = % let f = % let show = show_int64 end : Packed) : int64 -> (int64 -> int64) -> packed
! (let module M = (val % : Packed) in M.show (M.f M.value)) : packed -> string
! twice % : packed -> packed
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
! Gc.minor () : unit
Hashtbl.seeded_hash % % : int -> 'c -> int
% == 0 : int -> bool
! % @@ % : ('a -> 'b) -> 'a -> 'b
ignore % : 'a -> unit
Fun.id % : 'a -> 'a
Sys.opaque_identity % : 'a -> 'a
Fun.const % : 'a -> 'b -> 'a
! Fun.flip % % % : ('a -> 'b -> 'd) -> 'b -> 'a -> 'd
! (fun f x -> f (f x)) % % : ('a -> 'a) -> 'a -> 'a
! (fun f g x -> g (f x)) % % : ('a -> 'b) -> ('b -> 'd) -> 'a -> 'd
! % |> % : 'a -> ('a -> 'b) -> 'b
`;

export const LIBRARY: readonly Operation[] = `${NUMBER_LINES}${LINES}`.trim().split(/\n+/).map(operation);

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
