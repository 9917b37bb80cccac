(* Map, Set, Hashtbl, Queue, Stack, Dynarray, Seq, List, Array, Option, Result, Either. *)
module SMap = Map.Make (String)
module ISet = Set.Make (Int)

let show f l = "[" ^ String.concat "; " (List.map f l) ^ "]"
let ints = show string_of_int
let line fmt = Printf.printf (fmt ^^ "\n")

let words = String.split_on_char ' ' "the quick brown fox jumps over the lazy dog the fox"

let () =
  let count = List.fold_left (fun m w -> SMap.update w (fun n -> Some (1 + Option.value n ~default:0)) m) SMap.empty words in
  line "%s" (show (fun (k, v) -> Printf.sprintf "%s=%d" k v) (SMap.bindings count));
  let a, found, b = SMap.split "fox" count in
  line "%d %s %d" (SMap.cardinal a) (match found with Some n -> string_of_int n | None -> "-") (SMap.cardinal b);
  line "%s" (show fst (SMap.bindings (SMap.filter (fun _ n -> n > 1) count)));
  let merged = SMap.merge (fun _ x y -> match (x, y) with Some x, Some y -> Some (x + y) | Some x, None -> Some x | None, _ -> None) count (SMap.of_list [ ("fox", 10); ("cat", 1) ]) in
  line "%d %b %s" (SMap.find "fox" merged) (SMap.mem "cat" merged) (fst (SMap.min_binding merged));
  line "%s" (match SMap.find_first_opt (fun k -> k >= "m") merged with Some (k, _) -> k | None -> "-");
  let s = ISet.of_list [ 5; 1; 4; 1; 3 ] and t = ISet.of_seq (Seq.take 4 (Seq.ints 3)) in
  line "%s %s %s %s" (ints (ISet.elements (ISet.union s t))) (ints (ISet.elements (ISet.inter s t))) (ints (ISet.elements (ISet.diff s t))) (ints (ISet.elements (ISet.map (fun x -> x mod 3) t)));
  line "%b %b %d" (ISet.subset (ISet.inter s t) s) (ISet.disjoint s t) (ISet.fold ( + ) s 0);
  let big = List.fold_left (fun s x -> ISet.add (x * 7919 mod 10007) s) ISet.empty (List.init 5000 Fun.id) in
  line "%d %d %d" (ISet.cardinal big) (ISet.min_elt big) (ISet.max_elt big)

let () =
  let h = Hashtbl.create 1 in
  for i = 0 to 9999 do Hashtbl.add h (string_of_int (i mod 1000)) i done;
  line "%d %d %s" (Hashtbl.length h) (Hashtbl.find h "7") (ints (Hashtbl.find_all h "7"));
  Hashtbl.remove h "7"; Hashtbl.replace h "8" (-1);
  line "%d %d" (Hashtbl.find h "7") (Hashtbl.find h "8");
  Hashtbl.filter_map_inplace (fun k v -> if v < 100 then Some (v + String.length k) else None) h;
  line "%d %d" (Hashtbl.length h) (Hashtbl.fold (fun _ v n -> n + v) h 0);
  let stats = Hashtbl.stats h in
  line "%d %b" stats.num_bindings (stats.max_bucket_length > 0);
  let module H = Hashtbl.Make (struct type t = int list let equal = ( = ) let hash l = List.fold_left ( + ) 0 l end) in
  let h = H.create 3 in
  List.iter (fun l -> H.replace h l (List.length l)) [ [ 1; 2 ]; [ 2; 1 ]; [ 3 ]; [] ];
  line "%d %s" (H.length h) (ints (List.sort compare (List.of_seq (H.to_seq_values h))))

let () =
  let q = Queue.create () in
  List.iter (fun x -> Queue.add x q) [ 1; 2; 3 ];
  let p = Queue.copy q in
  ignore (Queue.pop q); Queue.transfer q p;
  line "%d %d %s" (Queue.length q) (Queue.length p) (ints (List.of_seq (Queue.to_seq p)));
  line "%s" (match Queue.peek q with n -> string_of_int n | exception Queue.Empty -> "empty");
  let s = Stack.create () in
  Stack.push 1 s; Stack.push 2 s;
  line "%d %d %s" (Stack.top s) (Stack.length s) (ints (Stack.fold (fun l x -> x :: l) [] s));
  let d = Dynarray.create () in
  for i = 1 to 100 do Dynarray.add_last d (i * i) done;
  Dynarray.truncate d 50; ignore (Dynarray.pop_last d);
  line "%d %d %d" (Dynarray.length d) (Dynarray.get d 10) (Dynarray.fold_left ( + ) 0 d);
  (try ignore (Dynarray.get d 49) with Invalid_argument _ -> line "out of bounds");
  let primes = Seq.ints 2 |> Seq.filter (fun n -> Seq.for_all (fun d -> n mod d <> 0) (Seq.take_while (fun d -> d * d <= n) (Seq.ints 2))) in
  line "%s" (ints (List.of_seq (Seq.take 10 primes)));
  line "%s" (ints (List.of_seq (Seq.map (fun (a, b) -> a * b) (Seq.zip (Seq.ints 1) (List.to_seq [ 10; 20; 30 ])))));
  line "%s" (ints (List.of_seq (Seq.take 8 (Seq.unfold (fun (a, b) -> Some (a, (b, a + b))) (0, 1)))));
  let memo = Seq.memoize (Seq.map (fun x -> print_string "."; x) (Seq.take 3 (Seq.ints 0))) in
  line "%d %d" (Seq.fold_left ( + ) 0 memo) (Seq.length memo);
  line "%s" (show (fun g -> ints (List.of_seq g)) (List.of_seq (Seq.group (fun a b -> a / 3 = b / 3) (Seq.take 8 (Seq.ints 0)))))

let () =
  let l = [ 3; 1; 4; 1; 5; 9; 2; 6 ] in
  line "%s %s %s" (ints (List.sort compare l)) (ints (List.sort_uniq (fun a b -> compare b a) l)) (ints (List.rev_append [ 1; 2 ] [ 3 ]));
  let even, odd = List.partition (fun x -> x mod 2 = 0) l in
  line "%s %s %s" (ints even) (ints odd) (ints (List.filteri (fun i _ -> i mod 3 = 0) l));
  line "%s %d %b" (ints (List.map2 ( + ) [ 1; 2 ] [ 10; 20 ])) (List.fold_right ( - ) [ 10; 3; 2 ] 0) (List.for_all2 ( < ) [ 1; 2 ] [ 2; 3 ]);
  (try ignore (List.combine [ 1 ] []) with Invalid_argument s -> line "%s" s);
  line "%s" (show (fun (a, b) -> Printf.sprintf "%d%s" a b) (List.combine [ 1; 2 ] [ "a"; "b" ]));
  line "%d %s" (List.assoc "b" [ ("a", 1); ("b", 2) ]) (ints (List.concat [ [ 1 ]; []; [ 2; 3 ] ]));
  line "%d %s" (List.compare_lengths l [ 1 ]) (ints (List.of_seq (List.to_seq l)));
  line "%s" (match List.find_index (fun x -> x = 9) l with Some i -> string_of_int i | None -> "-");
  let a = Array.of_list l in
  Array.sort compare a;
  line "%s %s" (ints (Array.to_list a)) (ints (Array.to_list (Array.mapi ( * ) a)));
  let b = Array.append a (Array.make 2 0) in
  Array.blit b 0 b 2 5; Array.fill b 0 2 7;
  line "%s %d" (ints (Array.to_list b)) (Array.fold_left max 0 b);
  let m = Array.make_matrix 3 4 0 in
  Array.iteri (fun i row -> Array.iteri (fun j _ -> row.(j) <- i * j) row) m;
  line "%s" (show (fun r -> ints (Array.to_list r)) (Array.to_list m));
  Array.stable_sort (fun (x, _) (y, _) -> compare x y) [| (1, "a"); (0, "b") |];
  line "%s" (ints (Array.to_list (Array.concat [ [| 1 |]; [||]; [| 2 |] ])));
  line "%s %s" (Option.fold ~none:"none" ~some:string_of_int (Some 3)) (Result.fold ~ok:string_of_int ~error:Fun.id (Error "bad"));
  let lefts, rights = List.partition_map (fun x -> if x > 3 then Either.Left x else Either.Right (string_of_int x)) l in
  line "%s %s" (ints lefts) (String.concat "," rights)
