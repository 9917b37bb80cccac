(* Hash tables with string and integer keys, polymorphic and by functor. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

module Pairs = Hashtbl.Make (struct
  type t = int * int
  let equal (a, b) (c, d) = Int.equal a c && Int.equal b d
  let hash (a, b) = (a * 65599) + b
end)

let word i = "w" ^ string_of_int ((i * 7919) mod 2003)

let counting seed =
  let counts = Hashtbl.create 16 in
  for i = seed to seed + 4000 do
    let w = word i in
    match Hashtbl.find_opt counts w with
    | Some n -> Hashtbl.replace counts w (n + 1)
    | None -> Hashtbl.add counts w 1
  done;
  Hashtbl.fold (fun w n sum -> sum + (n * String.length w)) counts 0

let memo seed =
  let table = Hashtbl.create 1000 in
  let rec steps n =
    if n = 1 then 0
    else
      try Hashtbl.find table n
      with Not_found ->
        let s = 1 + steps (if n land 1 = 0 then n / 2 else (3 * n) + 1) in
        Hashtbl.add table n s;
        s
  in
  let best = ref 0 in
  for n = seed + 1 to seed + 600 do
    best := max !best (steps n)
  done;
  !best + Hashtbl.length table

let grid seed =
  let cells = Pairs.create 64 in
  for i = 0 to 2000 do
    Pairs.replace cells ((i * seed) mod 50, i mod 41) i
  done;
  for i = 0 to 500 do
    Pairs.remove cells (i mod 50, i mod 41)
  done;
  let neighbours = ref 0 in
  Pairs.iter (fun (x, y) _ -> if Pairs.mem cells (x + 1, y) then incr neighbours) cells;
  !neighbours

let () =
  let sum = ref 0 in
  for i = 1 to 4 * size do
    sum := (!sum * 3 + counting i + memo (i * 100) + grid i) land 0xffffffff
  done;
  Printf.printf "hashtables %d\n" !sum
