(* Training: n queens, quicksort by hand, run lengths, subsets, transposition, association lists, zippers.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec safe q d = function [] -> true | x :: rest -> x <> q && x <> q + d && x <> q - d && safe q (d + 1) rest

let queens n =
  let rec place row placed =
    if row = n then 1
    else
      let rec columns c total = if c = n then total else columns (c + 1) (if safe c 1 placed then total + place (row + 1) (c :: placed) else total) in
      columns 0 0
  in
  place 0 []

let rec quicksort = function
  | [] -> []
  | pivot :: rest ->
      let rec split small large = function
        | [] -> quicksort small @ (pivot :: quicksort large)
        | x :: more -> if x < pivot then split (x :: small) large more else split small (x :: large) more
      in
      split [] [] rest

let run_lengths l =
  let rec go current n = function
    | x :: rest when x = current -> go current (n + 1) rest
    | x :: rest -> (current, n) :: go x 1 rest
    | [] -> [ (current, n) ]
  in
  match l with [] -> [] | x :: rest -> go x 1 rest

let rec subsets = function [] -> [ [] ] | x :: rest -> let s = subsets rest in s @ List.map (fun l -> x :: l) s

let rec transpose = function
  | [] | [] :: _ -> []
  | rows -> List.map List.hd rows :: transpose (List.map List.tl rows)

type 'a zipper = { before : 'a list; focus : 'a; after : 'a list }

let rec walk z steps =
  if steps = 0 then z.focus
  else
    match z with
    | { after = x :: after; before; focus } -> walk { before = (focus + 1) :: before; focus = x; after } (steps - 1)
    | { before; focus; after = [] } -> (
        match List.rev before with [] -> focus | x :: after -> walk { before = []; focus = x; after = after @ [ focus ] } (steps - 1))

let numbers n seed =
  let rec go i x acc = if i = 0 then acc else go (i - 1) (((x * 1103) + 12345) land 0xffff) ((x mod 1000) :: acc) in
  go n seed []

let () =
  let sum = ref 0 in
  for i = 1 to 38 * size do
    let l = numbers 500 i in
    let sorted = quicksort l in
    let runs = run_lengths sorted in
    sum := !sum + queens (6 + (i land 1)) + List.length runs + List.length (List.filter (fun (_, n) -> n > 1) runs);
    let sets = subsets (List.init 10 (fun k -> k + i)) in
    sum := !sum + List.fold_left (fun n s -> max n (List.fold_left ( + ) 0 s)) 0 sets;
    let rows = transpose (List.init 12 (fun r -> List.init 12 (fun c -> (r * c) + i))) in
    List.iter (List.iter (fun v -> sum := !sum lxor v)) rows;
    let dictionary = List.mapi (fun k v -> (k, v)) l in
    sum := !sum + List.fold_left (fun n k -> n + Option.value (List.assoc_opt k dictionary) ~default:1) 0 [ 3; 77; 401; 1000 ];
    sum := (!sum + walk { before = []; focus = i; after = sorted } 2000) land 0xffffffff
  done;
  Printf.printf "lists %d\n" !sum
