(* Functors: graphs as maps of sets, their components and shortest ways, with Set.Make and Map.Make.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

module type VERTEX = sig
  type t
  val compare : t -> t -> int
  val make : int -> t
  val number : t -> int
end

module Graph (V : VERTEX) = struct
  module Vertices = Set.Make (V)
  module Edges = Map.Make (V)

  let neighbours g v = match Edges.find_opt v g with Some s -> s | None -> Vertices.empty
  let half v w g = Edges.add v (Vertices.add w (neighbours g v)) g
  let connect v w g = half v w (half w v g)

  (** The vertices by their distance from those given. *)
  let rec layers g seen frontier =
    if Vertices.is_empty frontier then []
    else
      let next = Vertices.fold (fun v s -> Vertices.union (neighbours g v) s) frontier Vertices.empty in
      let seen = Vertices.union seen frontier in
      frontier :: layers g seen (Vertices.diff next seen)

  let components g =
    let rec go left =
      match Vertices.min_elt_opt left with
      | None -> []
      | Some v ->
          let layers = layers g Vertices.empty (Vertices.singleton v) in
          let all = List.fold_left Vertices.union Vertices.empty layers in
          (Vertices.cardinal all, List.length layers) :: go (Vertices.diff left all)
    in
    go (Edges.fold (fun v _ s -> Vertices.add v s) g Vertices.empty)

  let checksum seed vertices edges =
    let state = ref seed in
    let random () =
      state := ((!state * 1103515245) + 12345) land 0x3fffffff;
      V.make ((!state lsr 9) mod vertices)
    in
    let g = ref Edges.empty in
    for _ = 1 to edges do
      let v = random () in
      g := connect v (random ()) !g
    done;
    let degrees = Edges.map Vertices.cardinal !g in
    let busy, quiet = Edges.partition (fun _ d -> d > 3) degrees in
    let weight = Edges.fold (fun v d sum -> sum + (d * V.number v)) busy (Edges.cardinal quiet) in
    List.fold_left (fun sum (size, depth) -> sum + (size * depth)) weight (components !g)
end

module Numbers = Graph (struct
  type t = int
  let compare = Int.compare
  let make i = i
  let number i = i
end)

module Names = Graph (struct
  type t = string
  let compare = String.compare
  let make i = Printf.sprintf "v%d" i
  let number s = String.length s
end)

module Pairs = Graph (struct
  type t = { row : int; column : int }
  let compare a b = match Int.compare a.row b.row with 0 -> Int.compare a.column b.column | c -> c
  let make i = { row = i / 30; column = i mod 30 }
  let number { row; column } = row - column
end)

let () =
  let sum = ref 0 in
  for i = 1 to 2 * size do
    sum := !sum + Numbers.checksum i 900 1000 + Names.checksum i 400 500 + Pairs.checksum i 700 600
  done;
  Printf.printf "sets %d\n" !sum
