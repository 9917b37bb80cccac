(* Huffman's codes for a made-up text: counts, a priority queue, the code's tree, bits written and read again.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type tree = Leaf of char | Branch of tree * tree

(* A leftist heap by weight; the number breaks ties. *)
type heap = Empty | Node of { rank : int; weight : int; number : int; tree : tree; left : heap; right : heap }

let rank = function Empty -> 0 | Node n -> n.rank

let rec merge a b =
  match (a, b) with
  | Empty, h | h, Empty -> h
  | Node x, Node y ->
      if (x.weight, x.number) <= (y.weight, y.number) then
        let other = merge x.right b in
        if rank x.left >= rank other then Node { x with rank = rank other + 1; right = other }
        else Node { x with rank = rank x.left + 1; left = other; right = x.left }
      else merge b a

let single weight number tree = Node { rank = 1; weight; number; tree; left = Empty; right = Empty }

let tree_of text =
  let counts = Array.make 256 0 in
  String.iter (fun c -> counts.(Char.code c) <- counts.(Char.code c) + 1) text;
  let heap = ref Empty in
  Array.iteri (fun i n -> if n > 0 then heap := merge (single n i (Leaf (Char.chr i))) !heap) counts;
  let rec combine number = function
    | Empty -> invalid_arg "tree_of"
    | Node a -> (
        match merge a.left a.right with
        | Empty -> a.tree
        | Node b ->
            let both = single (a.weight + b.weight) number (Branch (a.tree, b.tree)) in
            combine (number + 1) (merge both (merge b.left b.right)))
  in
  combine 256 !heap

let codes tree =
  let codes = Array.make 256 "" in
  let rec fill prefix = function
    | Leaf c -> codes.(Char.code c) <- prefix
    | Branch (a, b) ->
        fill (prefix ^ "0") a;
        fill (prefix ^ "1") b
  in
  fill "" tree;
  codes

let encode codes text =
  let out = Buffer.create (String.length text) and byte = ref 0 and bits = ref 0 in
  let put bit =
    byte := (!byte lsl 1) lor bit;
    incr bits;
    if !bits land 7 = 0 then begin
      Buffer.add_char out (Char.chr !byte);
      byte := 0
    end
  in
  String.iter (fun c -> String.iter (fun bit -> put (Char.code bit land 1)) codes.(Char.code c)) text;
  let used = !bits in
  while !bits land 7 <> 0 do put 0 done;
  (Buffer.contents out, used)

let decode tree (data, used) =
  let out = Buffer.create (2 * String.length data) in
  let rec go i t =
    match t with
    | Leaf c ->
        Buffer.add_char out c;
        if i < used then go i tree
    | Branch (a, b) -> if (Char.code data.[i lsr 3] lsr (7 - (i land 7))) land 1 = 0 then go (i + 1) a else go (i + 1) b
  in
  go 0 tree;
  Buffer.contents out

let text seed =
  let state = ref seed in
  String.init 20_000 (fun _ ->
      state := ((!state * 1103515245) + 12345) land 0x3fffffff;
      let x = (!state lsr 10) land 1023 in
      Char.chr (97 + (x * x / 43_000) + (if x land 7 = 0 then 3 else 0)))

let () =
  let sum = ref 0 in
  for i = 1 to 3 * size do
    let t = text i in
    let tree = tree_of t in
    let code = encode (codes tree) t in
    if decode tree code <> t then failwith "huffman";
    sum := !sum + snd code + Char.code (fst code).[i]
  done;
  Printf.printf "huffman %d\n" !sum
