(* Functors Map and Set of the standard library, with string and integer keys. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

module Strings = Map.Make (String)
module Ints = Set.Make (Int)

type version = { major : int; minor : int }

module Versions = Map.Make (struct
  type t = version
  let compare a b = match Int.compare a.major b.major with 0 -> Int.compare a.minor b.minor | c -> c
end)

let index seed =
  let m = ref Strings.empty in
  for i = 0 to 800 do
    let key = Printf.sprintf "k%03x" ((i * seed) land 0x3ff) in
    m := Strings.update key (function None -> Some 1 | Some n -> Some (n + 1)) !m
  done;
  let odd = Strings.filter (fun _ n -> n land 1 = 1) !m in
  let both = Strings.union (fun _ a b -> Some (a * b)) odd (Strings.map succ !m) in
  Strings.fold (fun k n sum -> sum + n + Char.code k.[1]) both 0

let sets seed =
  let multiples k = Ints.of_list (List.init 400 (fun i -> i * k)) in
  let a = multiples (2 + (seed mod 5)) and b = multiples (3 + (seed mod 4)) in
  let common = Ints.inter a b and different = Ints.union (Ints.diff a b) (Ints.diff b a) in
  let low, found, high = Ints.split 600 (Ints.union a b) in
  Ints.cardinal common + Ints.cardinal different + Bool.to_int found + Ints.max_elt low + Ints.min_elt high
  + Ints.fold ( + ) different 0

let versions seed =
  let m = ref Versions.empty in
  for i = 0 to 600 do
    m := Versions.add { major = (i * seed) mod 31; minor = i mod 17 } i !m
  done;
  for i = 0 to 200 do
    m := Versions.remove { major = i mod 31; minor = i mod 19 } !m
  done;
  Versions.cardinal !m + snd (Versions.max_binding !m)

let () =
  let sum = ref 0 in
  for i = 1 to 10 * size do
    sum := (!sum * 5 + index i + sets i + versions i) land 0xffffffff
  done;
  Printf.printf "maps %d\n" !sum
