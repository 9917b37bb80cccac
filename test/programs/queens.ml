(* Backtracking: queens by lists, by bits and by exceptions; a knight's tour; a sudoku. *)
let rec queens n =
  let safe q qs = List.for_all Fun.id (List.mapi (fun i c -> c <> q && abs (c - q) <> i + 1) qs) in
  let rec go k = if k = 0 then [ [] ] else List.concat_map (fun qs -> List.filter_map (fun q -> if safe q qs then Some (q :: qs) else None) (List.init n Fun.id)) (go (k - 1)) in
  go n

let count_bits n =
  let all = (1 lsl n) - 1 in
  let rec go cols left right =
    if cols = all then 1
    else begin
      let free = ref (all land lnot (cols lor left lor right)) and total = ref 0 in
      while !free <> 0 do
        let bit = !free land - !free in
        free := !free lxor bit;
        total := !total + go (cols lor bit) ((left lor bit) lsl 1) ((right lor bit) lsr 1)
      done;
      !total
    end
  in
  go 0 0 0

exception Found of int array

let knight n =
  let board = Array.make (n * n) 0 in
  let moves = [ (1, 2); (2, 1); (2, -1); (1, -2); (-1, -2); (-2, -1); (-2, 1); (-1, 2) ] in
  let free (x, y) = x >= 0 && x < n && y >= 0 && y < n && board.((y * n) + x) = 0 in
  let next (x, y) = List.filter free (List.map (fun (a, b) -> (x + a, y + b)) moves) in
  let rec go k (x, y) =
    board.((y * n) + x) <- k;
    if k = n * n then raise (Found board);
    List.stable_sort (fun a b -> compare (List.length (next a)) (List.length (next b))) (next (x, y)) |> List.iter (go (k + 1));
    board.((y * n) + x) <- 0
  in
  try go 1 (0, 0); None with Found b -> Some b

let sudoku = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"

let solve s =
  let b = Array.init 81 (fun i -> if s.[i] = '.' then 0 else Char.code s.[i] - 48) in
  let allowed i d =
    let r = i / 9 and c = i mod 9 in
    let ok = ref true in
    for k = 0 to 8 do
      if b.((r * 9) + k) = d || b.((k * 9) + c) = d || b.((((r / 3 * 3) + (k / 3)) * 9) + (c / 3 * 3) + (k mod 3)) = d then ok := false
    done;
    !ok
  in
  let rec go i =
    if i = 81 then raise Exit
    else if b.(i) <> 0 then go (i + 1)
    else begin
      for d = 1 to 9 do if allowed i d then (b.(i) <- d; go (i + 1)) done;
      b.(i) <- 0
    end
  in
  try go 0; "none" with Exit -> String.concat "" (Array.to_list (Array.map string_of_int b))

let () =
  Printf.printf "%d %s\n" (List.length (queens 6)) (String.concat "" (List.map string_of_int (List.hd (queens 8))));
  List.iter (fun n -> Printf.printf "%d " (count_bits n)) [ 1; 2; 3; 4; 5; 6; 7; 8; 9 ];
  print_newline ();
  (match knight 6 with Some b -> Array.iteri (fun i k -> Printf.printf "%3d%s" k (if i mod 6 = 5 then "\n" else "")) b | None -> print_endline "none");
  print_endline (solve sudoku)
