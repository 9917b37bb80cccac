(* Training: red-black trees, leftist heaps, Huffman codes, tries, ropes: persistent structures and the collector.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type colour = Red | Black
type 'a tree = Empty | Tree of colour * 'a tree * 'a * 'a tree

let balance = function
  | Black, Tree (Red, Tree (Red, a, x, b), y, c), z, d
  | Black, Tree (Red, a, x, Tree (Red, b, y, c)), z, d
  | Black, a, x, Tree (Red, Tree (Red, b, y, c), z, d)
  | Black, a, x, Tree (Red, b, y, Tree (Red, c, z, d)) ->
      Tree (Red, Tree (Black, a, x, b), y, Tree (Black, c, z, d))
  | colour, l, v, r -> Tree (colour, l, v, r)

let insert compare v tree =
  let rec go = function
    | Empty -> Tree (Red, Empty, v, Empty)
    | Tree (colour, l, w, r) as t ->
        let c = compare v w in
        if c < 0 then balance (colour, go l, w, r) else if c > 0 then balance (colour, l, w, go r) else t
  in
  match go tree with Tree (_, l, w, r) -> Tree (Black, l, w, r) | Empty -> Empty

let rec height = function Empty -> 0 | Tree (_, l, _, r) -> 1 + max (height l) (height r)
let rec fold f acc = function Empty -> acc | Tree (_, l, v, r) -> fold f (f (fold f acc l) v) r

type 'a heap = Nil | Heap of { rank : int; top : 'a; left : 'a heap; right : 'a heap }

let rank = function Nil -> 0 | Heap h -> h.rank

let rec merge a b =
  match (a, b) with
  | Nil, h | h, Nil -> h
  | Heap x, Heap y ->
      let top, left, other = if fst x.top <= (fst y.top : int) then (x.top, x.left, merge x.right b) else (y.top, y.left, merge a y.right) in
      if rank left >= rank other then Heap { rank = rank other + 1; top; left; right = other }
      else Heap { rank = rank left + 1; top; left = other; right = left }

let push v h = merge (Heap { rank = 1; top = v; left = Nil; right = Nil }) h
let rec drain f acc = function Nil -> acc | Heap { top; left; right; _ } -> drain f (f acc top) (merge left right)

type code = Leaf of char | Fork of code * code

let huffman text =
  let counts = Array.make 128 0 in
  String.iter (fun c -> counts.(Char.code c) <- counts.(Char.code c) + 1) text;
  let start = ref Nil in
  Array.iteri (fun i n -> if n > 0 then start := push (n, Leaf (Char.chr i)) !start) counts;
  let rec join = function
    | Nil -> Leaf ' '
    | Heap { top = _, code; left = Nil; right = Nil; _ } -> code
    | Heap { top = n, a; left; right; _ } -> (
        match merge left right with
        | Nil -> a
        | Heap { top = m, b; left; right; _ } -> join (push (n + m, Fork (a, b)) (merge left right)))
  in
  let rec bits depth = function Leaf c -> depth * counts.(Char.code c) | Fork (a, b) -> bits (depth + 1) a + bits (depth + 1) b in
  bits 0 (join !start)

type trie = { mutable final : bool; children : (char, trie) Hashtbl.t }

let node () = { final = false; children = Hashtbl.create 2 }

let add root word =
  let child t c =
    match Hashtbl.find_opt t.children c with
    | Some t -> t
    | None -> let n = node () in Hashtbl.add t.children c n; n
  in
  (String.fold_left child root word).final <- true

type rope = Text of string | Join of int * rope * rope

let length = function Text s -> String.length s | Join (n, _, _) -> n
let join a b = Join (length a + length b, a, b)
let rec char_at i = function Text s -> s.[i] | Join (_, a, b) -> if i < length a then char_at i a else char_at (i - length a) b

let () =
  let sum = ref 0 and kept = ref [] in
  for i = 1 to 70 * size do
    let numbers = List.init 150 (fun k -> ((k * 7919) + (i * 13)) land 1023) in
    let t = List.fold_left (fun t n -> insert Int.compare n t) Empty numbers in
    let heap = List.fold_left (fun h n -> push (n, ()) h) Nil numbers in
    let order = drain (fun (last, ok) (n, ()) -> (n, ok && last <= n)) (0, true) heap in
    let text = String.concat " " (List.map string_of_int numbers) in
    let root = node () in
    List.iter (fun n -> if n land 3 = 0 then add root (string_of_int n)) numbers;
    let rope = List.fold_left (fun r n -> if n land 1 = 0 then join r (Text "even") else join (Text "odd") r) (Text text) numbers in
    sum := !sum + height t + fold ( + ) 0 t + fst order + Bool.to_int (snd order) + huffman text
           + Hashtbl.length root.children + Char.code (char_at (length rope / 2) rope);
    (* Some survive for a while. *)
    kept := t :: (if i mod 200 = 0 then [] else !kept)
  done;
  Printf.printf "trees %d %d\n" !sum (List.length !kept)
