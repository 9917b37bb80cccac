(* Conway's game of life on a torus: how many cells live after some generations. *)

let size = 64
let at x y = (((y + size) mod size) * size) + ((x + size) mod size)

let neighbours cells x y =
  let count = ref 0 in
  for dy = -1 to 1 do
    for dx = -1 to 1 do
      if (dx <> 0 || dy <> 0) && Bytes.get cells (at (x + dx) (y + dy)) = '*' then incr count
    done
  done;
  !count

let step cells =
  Bytes.mapi
    (fun i cell ->
      match neighbours cells (i mod size) (i / size) with
      | 3 -> '*'
      | 2 -> cell
      | _ -> '.')
    cells

let rec generations n cells = if n = 0 then cells else generations (n - 1) (step cells)

let run n =
  let start = Bytes.make (size * size) '.' in
  List.iter (fun (x, y) -> Bytes.set start (at (30 + x) (30 + y)) '*') [ (1, 0); (2, 0); (0, 1); (1, 1); (1, 2) ];
  Bytes.fold_left (fun count cell -> if cell = '*' then count + 1 else count) 0 (generations n start)

let () = Registry.run := run
