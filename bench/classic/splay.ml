(* Splay trees that are changed by insertions, look-ups and removals. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type 'a tree = Leaf | Node of 'a tree * int * 'a * 'a tree

(** The tree with the key, or one of its neighbours when it is missing, at the root. *)
let rec splay key = function
  | Leaf -> Leaf
  | Node (left, k, v, right) as t ->
      if key = k then t
      else if key < k then
        match left with
        | Leaf -> t
        | Node (ll, lk, lv, lr) ->
            if key = lk then Node (ll, lk, lv, Node (lr, k, v, right))
            else if key < lk then
              match splay key ll with
              | Leaf -> Node (ll, lk, lv, Node (lr, k, v, right))
              | Node (a, xk, xv, b) -> Node (a, xk, xv, Node (b, lk, lv, Node (lr, k, v, right)))
            else begin
              match splay key lr with
              | Leaf -> Node (ll, lk, lv, Node (lr, k, v, right))
              | Node (a, xk, xv, b) -> Node (Node (ll, lk, lv, a), xk, xv, Node (b, k, v, right))
            end
      else begin
        match right with
        | Leaf -> t
        | Node (rl, rk, rv, rr) ->
            if key = rk then Node (Node (left, k, v, rl), rk, rv, rr)
            else if key > rk then
              match splay key rr with
              | Leaf -> Node (Node (left, k, v, rl), rk, rv, rr)
              | Node (a, xk, xv, b) -> Node (Node (Node (left, k, v, rl), rk, rv, a), xk, xv, b)
            else begin
              match splay key rl with
              | Leaf -> Node (Node (left, k, v, rl), rk, rv, rr)
              | Node (a, xk, xv, b) -> Node (Node (left, k, v, a), xk, xv, Node (b, rk, rv, rr))
            end
      end

let insert key value t =
  match splay key t with
  | Leaf -> Node (Leaf, key, value, Leaf)
  | Node (l, k, v, r) ->
      if k = key then Node (l, key, value, r)
      else if k < key then Node (Node (l, k, v, Leaf), key, value, r)
      else Node (l, key, value, Node (Leaf, k, v, r))

let remove key t =
  match splay key t with
  | Node (l, k, _, r) when k = key -> (
      match splay key l with
      | Leaf -> r
      | Node (a, k, v, Leaf) -> Node (a, k, v, r)
      | Node _ -> assert false)
  | t -> t

let rec sum depth = function Leaf -> 0 | Node (l, k, v, r) -> sum (depth + 1) l + (k * v) + depth + sum (depth + 1) r

let () =
  let state = ref 7 in
  let random n =
    state := ((!state * 1103515245) + 12345) land 0x3fffffff;
    (!state lsr 8) mod n
  in
  let keys = 8000 in
  let tree = ref Leaf and hits = ref 0 in
  for i = 1 to keys do
    tree := insert (random (4 * keys)) i !tree
  done;
  for i = 1 to 9000 * size do
    (match i land 3 with
    | 0 ->
        tree := insert (random (4 * keys)) (i land 255) !tree
    | 1 -> tree := remove (random (4 * keys)) !tree
    | _ -> (
        let key = random (4 * keys) in
        tree := splay key !tree;
        match !tree with Node (_, k, _, _) when k = key -> incr hits | _ -> ()))
  done;
  Printf.printf "splay %d %d\n" !hits (sum 0 !tree)
