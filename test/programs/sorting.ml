(* Sorting in many ways must agree; searching; heaps; union-find. *)
let state = ref 12345
let random n = state := ((!state * 1103515245) + 12345) land 0x3fffffff; (!state lsr 8) mod n

let rec quick = function [] -> [] | p :: rest -> let a, b = List.partition (fun x -> x < p) rest in quick a @ (p :: quick b)
let rec split = function [] -> ([], []) | [ x ] -> ([ x ], []) | x :: y :: rest -> let a, b = split rest in (x :: a, y :: b)
let rec merge a b = match (a, b) with [], l | l, [] -> l | x :: s, y :: t -> if x <= y then x :: merge s b else y :: merge a t
let rec merge_sort = function ([] | [ _ ]) as l -> l | l -> let a, b = split l in merge (merge_sort a) (merge_sort b)

let insertion a =
  for i = 1 to Array.length a - 1 do
    let x = a.(i) and j = ref (i - 1) in
    while !j >= 0 && a.(!j) > x do a.(!j + 1) <- a.(!j); decr j done;
    a.(!j + 1) <- x
  done

let heap_sort a =
  let n = Array.length a in
  let swap i j = let t = a.(i) in a.(i) <- a.(j); a.(j) <- t in
  let rec sift i n = let l = (2 * i) + 1 in if l < n then begin
    let c = if l + 1 < n && a.(l + 1) > a.(l) then l + 1 else l in
    if a.(c) > a.(i) then (swap i c; sift c n)
  end in
  for i = (n / 2) - 1 downto 0 do sift i n done;
  for i = n - 1 downto 1 do swap 0 i; sift 0 i done

let radix a =
  let a = ref (Array.copy a) in
  for d = 0 to 3 do
    let buckets = Array.make 256 [] in
    Array.iter (fun x -> let k = (x lsr (8 * d)) land 255 in buckets.(k) <- x :: buckets.(k)) !a;
    a := Array.concat (Array.to_list (Array.map (fun l -> Array.of_list (List.rev l)) buckets))
  done;
  !a

let binary_search a x =
  let rec go lo hi = if lo >= hi then None else let m = (lo + hi) / 2 in if a.(m) = x then Some m else if a.(m) < x then go (m + 1) hi else go lo m in
  go 0 (Array.length a)

let union_find n =
  let parent = Array.init n Fun.id in
  let rec find x = if parent.(x) = x then x else (let r = find parent.(x) in parent.(x) <- r; r) in
  (find, fun a b -> parent.(find a) <- find b)

let () =
  let a = Array.init 3000 (fun _ -> random 1_000_000) in
  let sorted = List.sort compare (Array.to_list a) in
  let by_array f = let b = Array.copy a in f b; Array.to_list b in
  List.iter (fun (name, l) -> Printf.printf "%s %b\n" name (l = sorted))
    [ ("quick", quick (Array.to_list a)); ("merge", merge_sort (Array.to_list a)); ("insertion", by_array insertion); ("heap", by_array heap_sort);
      ("radix", Array.to_list (radix a)); ("Array.sort", by_array (Array.sort compare)); ("stable", by_array (Array.stable_sort compare)); ("fast", by_array (Array.fast_sort compare)) ];
  let b = Array.of_list sorted in
  Printf.printf "%b %b %d\n" (binary_search b a.(17) <> None) (binary_search b (-1) = None) (List.length (List.sort_uniq compare sorted));
  let names = [ ("bob", 3); ("al", 2); ("cy", 3); ("di", 1); ("ed", 2) ] in
  print_endline (String.concat " " (List.map fst (List.stable_sort (fun (_, a) (_, b) -> compare b a) names)));
  let strings = List.init 500 (fun _ -> String.init (1 + random 4) (fun _ -> Char.chr (97 + random 3))) in
  print_endline (Digest.to_hex (Digest.string (String.concat "," (List.sort String.compare strings))));
  let floats = List.init 200 (fun i -> if i mod 50 = 0 then nan else float_of_int (random 1000) /. 7.) in
  Printf.printf "%.3f\n" (List.nth (List.sort Float.compare floats) 100);
  let find, union = union_find 1000 in
  for _ = 1 to 600 do union (random 1000) (random 1000) done;
  Printf.printf "%d\n" (List.length (List.sort_uniq compare (List.init 1000 find)))
