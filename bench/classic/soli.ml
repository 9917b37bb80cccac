(* Peg solitaire on the English board: search for a solution, going back from dead ends. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type place = Outside | Empty | Peg

let board = Array.make_matrix 11 11 Outside
let directions = [| (0, 1); (1, 0); (0, -1); (-1, 0) |]
let tried = ref 0

(** All holes but the middle one hold pegs. *)
let reset () =
  for i = 0 to 6 do
    for j = 0 to 6 do
      if (i > 1 && i < 5) || (j > 1 && j < 5) then board.(i + 2).(j + 2) <- Peg
    done
  done;
  board.(5).(5) <- Empty

type jump = { from : int * int; direction : int }

(** Whether the pegs left can be reduced to one in the middle; `path` are the jumps so far. *)
let rec solve pegs path =
  incr tried;
  if pegs = 1 then if board.(5).(5) = Peg then Some path else None
  else begin
    let found = ref None and i = ref 2 in
    while !found = None && !i <= 8 do
      let j = ref 2 in
      while !found = None && !j <= 8 do
        if board.(!i).(!j) = Peg then begin
          let d = ref 0 in
          while !found = None && !d < 4 do
            let di, dj = directions.(!d) in
            let i1 = !i + di and j1 = !j + dj in
            let i2 = i1 + di and j2 = j1 + dj in
            if board.(i1).(j1) = Peg && board.(i2).(j2) = Empty then begin
              board.(!i).(!j) <- Empty;
              board.(i1).(j1) <- Empty;
              board.(i2).(j2) <- Peg;
              found := solve (pegs - 1) ({ from = (!i, !j); direction = !d } :: path);
              board.(!i).(!j) <- Peg;
              board.(i1).(j1) <- Peg;
              board.(i2).(j2) <- Empty
            end;
            incr d
          done
        end;
        incr j
      done;
      incr i
    done;
    !found
  end

let () =
  let sum = ref 0 in
  for _ = 1 to 2 * size do
    reset ();
    match solve 32 [] with
    | Some path ->
        let add { from = i, j; direction } =
          sum := ((!sum * 31) + (i * 100) + (j * 10) + direction) land 0xffffff
        in
        List.iter add path
    | None -> failwith "no solution"
  done;
  Printf.printf "soli %d %d\n" !sum !tried
