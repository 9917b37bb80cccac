(* What the programs of this folder share: random operands (splitmix64), and lines of results.

   Each program X.ml prints what OCaml's runtime makes of its values; X.txt is what the bytecode runtime of OCaml 5.3.0
   printed:

     ocamlc -g check.ml calc_parser.ml calc_lexer.ml X.ml -o X.byte && ocamlrun X.byte > X.txt

   Lines are "NAME: RESULT" or "NAME BLOCK MD5", the digest of a block of 10,000 results. With the argument `plain` each
   result is printed instead of the digests. *)

let state = ref 42L

let next () =
  let open Int64 in
  state := add !state 0x9e3779b97f4a7c15L;
  let z = !state in
  let z = mul (logxor z (shift_right_logical z 30)) 0xbf58476d1ce4e5b9L in
  let z = mul (logxor z (shift_right_logical z 27)) 0x94d049bb133111ebL in
  logxor z (shift_right_logical z 31)

(* 0 <= below n < n <= 2^31 *)
let below n = Int64.to_int (Int64.shift_right_logical (next ()) 33) mod n

(* Any of the 64 bits; small numbers; powers of two and their neighbours. *)
let int64 () =
  match below 4 with
  | 0 -> next ()
  | 1 -> Int64.of_int (below 200 - 100)
  | 2 ->
    let shift = below 64 in
    let delta = below 3 - 1 in
    Int64.add (Int64.shift_left 1L shift) (Int64.of_int delta)
  | _ ->
    let shift = below 64 in
    Int64.shift_right (next ()) shift

let int () = Int64.to_int (int64 ())
let int32 () = Int64.to_int32 (int64 ())
let nativeint () = Int64.to_nativeint (int64 ())

(* Any bits; small integers; fractions; neighbours of 1 and of 0. *)
let float () =
  match below 5 with
  | 0 -> Int64.float_of_bits (next ())
  | 1 -> float_of_int (below 2000 - 1000)
  | 2 ->
    let n = below 2_000_000 - 1_000_000 in
    float_of_int n /. float_of_int (1 + below 1000)
  | 3 -> Int64.float_of_bits (Int64.add 0x3ff0000000000000L (Int64.of_int (below 64 - 32)))
  | _ ->
    let m = Int64.to_float (Int64.shift_right (next ()) 11) in
    m *. Int64.float_of_bits (Int64.shift_left (Int64.of_int (1023 - 53 + below 40 - 20)) 52)

let pick a = a.(below (Array.length a))
let bits x = Printf.sprintf "%016Lx" (Int64.bits_of_float x)
let exn e = "!" ^ Printexc.to_string e
let try_ f = try f () with e -> exn e
let case name f = Printf.printf "%s: %s\n%!" name (try_ f)
let plain = Array.length Sys.argv > 1 && Sys.argv.(1) = "plain"
let block = 10_000

(* [blocks name n one]: n blocks of the results [one i]; the operands depend on nothing but the name. *)
let blocks name n one =
  state := Int64.of_int (String.fold_left (fun h c -> (h * 31) + Char.code c) 7 name);
  let b = Buffer.create 400_000 in
  for k = 0 to n - 1 do
    Buffer.clear b;
    for i = 0 to block - 1 do
      let r = try_ (fun () -> one ((k * block) + i)) in
      if plain then Printf.printf "%s %d: %s\n" name i r;
      Buffer.add_string b r;
      Buffer.add_char b '\n'
    done;
    Printf.printf "%s %d %s\n%!" name k (Digest.to_hex (Digest.string (Buffer.contents b)))
  done

let hex s =
  let b = Buffer.create (2 * String.length s) in
  String.iter (fun c -> Buffer.add_string b (Printf.sprintf "%02x" (Char.code c))) s;
  Buffer.contents b

(* The bytes of a string when it is short, else its length and digest. *)
let hex_or_digest s =
  if String.length s <= 96 then hex s
  else Printf.sprintf "%d bytes %s" (String.length s) (Digest.to_hex (Digest.string s))
