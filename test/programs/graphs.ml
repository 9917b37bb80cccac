(* Graph algorithms with priority queues, sets and arrays; Huffman codes; dynamic programming. *)
module Queue_of (K : Map.OrderedType) = struct
  module M = Map.Make (K)
  let add k v q = M.update k (fun l -> Some (v :: Option.value l ~default:[])) q
  let pop q = match M.min_binding_opt q with
    | None -> None
    | Some (k, [ v ]) -> Some ((k, v), M.remove k q)
    | Some (k, v :: rest) -> Some ((k, v), M.add k rest q)
    | Some (_, []) -> assert false
end
module Q = Queue_of (Int)

let n = 60
let edges = List.concat (List.init n (fun i -> List.init 4 (fun j -> (i, ((i * 7) + (j * 13) + 1) mod n, 1 + (((i * 31) + (j * 17)) mod 20)))))
let adjacent = let a = Array.make n [] in List.iter (fun (u, v, w) -> a.(u) <- (v, w) :: a.(u)) edges; a

let dijkstra from =
  let dist = Array.make n max_int in
  dist.(from) <- 0;
  let rec go q = match Q.pop q with
    | None -> ()
    | Some ((d, u), q) when d > dist.(u) -> go q
    | Some ((d, u), q) ->
      go (List.fold_left (fun q (v, w) -> if d + w < dist.(v) then (dist.(v) <- d + w; Q.add (d + w) v q) else q) q adjacent.(u))
  in
  go (Q.add 0 from Q.M.empty);
  dist

let floyd () =
  let d = Array.init n (fun i -> Array.init n (fun j -> if i = j then 0 else max_int / 2)) in
  List.iter (fun (u, v, w) -> if w < d.(u).(v) then d.(u).(v) <- w) edges;
  for k = 0 to n - 1 do for i = 0 to n - 1 do for j = 0 to n - 1 do let s = d.(i).(k) + d.(k).(j) in if s < d.(i).(j) then d.(i).(j) <- s done done done;
  d

let components () =
  let index = ref 0 and stack = Stack.create () and found = ref [] in
  let num = Array.make n (-1) and low = Array.make n 0 and on = Array.make n false in
  let rec visit u =
    num.(u) <- !index; low.(u) <- !index; incr index; Stack.push u stack; on.(u) <- true;
    List.iter (fun (v, w) -> if w < 12 then if num.(v) < 0 then (visit v; low.(u) <- min low.(u) low.(v)) else if on.(v) then low.(u) <- min low.(u) num.(v)) adjacent.(u);
    if low.(u) = num.(u) then begin
      let rec pop acc = let v = Stack.pop stack in on.(v) <- false; if v = u then v :: acc else pop (v :: acc) in
      found := List.sort compare (pop []) :: !found
    end
  in
  for u = 0 to n - 1 do if num.(u) < 0 then visit u done;
  List.sort compare (List.map List.length !found)

type code = Symbol of char | Fork of code * code
let huffman s =
  let counts = Hashtbl.create 32 in
  String.iter (fun c -> Hashtbl.replace counts c (1 + Option.value (Hashtbl.find_opt counts c) ~default:0)) s;
  let rec build q = match Q.pop q with
    | None -> invalid_arg "huffman"
    | Some ((w, t), q) -> (match Q.pop q with None -> t | Some ((w', t'), q) -> build (Q.add (w + w') (Fork (t, t')) q))
  in
  let tree = build (List.fold_left (fun q (c, n) -> Q.add n (Symbol c) q) Q.M.empty (List.sort compare (List.of_seq (Hashtbl.to_seq counts)))) in
  let codes = Hashtbl.create 32 in
  let rec walk prefix = function Symbol c -> Hashtbl.replace codes c prefix | Fork (a, b) -> walk (prefix ^ "0") a; walk (prefix ^ "1") b in
  walk "" tree;
  let bits = String.concat "" (List.map (Hashtbl.find codes) (List.of_seq (String.to_seq s))) in
  let b = Buffer.create 100 in
  let last = String.fold_left (fun t c -> match (t, c) with Fork (a, _), '0' -> (match a with Symbol c -> Buffer.add_char b c; tree | t -> t) | Fork (_, a), _ -> (match a with Symbol c -> Buffer.add_char b c; tree | t -> t) | _ -> assert false) tree bits in
  (String.length bits, Buffer.contents b = s && last == tree)

let edit_distance a b =
  let memo = Hashtbl.create 100 in
  let rec go i j =
    match Hashtbl.find_opt memo (i, j) with
    | Some d -> d
    | None ->
      let d = if i = 0 then j else if j = 0 then i else if a.[i - 1] = b.[j - 1] then go (i - 1) (j - 1) else 1 + min (go (i - 1) (j - 1)) (min (go (i - 1) j) (go i (j - 1))) in
      Hashtbl.add memo (i, j) d; d
  in
  go (String.length a) (String.length b)

let change coins total =
  let ways = Array.make (total + 1) 0 in
  ways.(0) <- 1;
  List.iter (fun c -> for i = c to total do ways.(i) <- ways.(i) + ways.(i - c) done) coins;
  ways.(total)

let () =
  let d = dijkstra 0 and f = floyd () in
  Printf.printf "%b %d %d\n" (d = f.(0)) (Array.fold_left ( + ) 0 d) (Array.fold_left (fun n r -> n + Array.fold_left ( + ) 0 r) 0 f);
  print_endline (String.concat " " (List.map string_of_int (components ())));
  let bits, ok = huffman "this is an example of a huffman tree, which is not very long but long enough" in
  Printf.printf "%d %b\n" bits ok;
  Printf.printf "%d %d\n" (edit_distance "kitten sitting on a mitten" "sitting kitten in a mittens") (change [ 1; 2; 5; 10; 20; 50; 100; 200 ] 1000)
