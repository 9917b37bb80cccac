(* Conway's game of life, on a torus of bytes and on an unbounded plane of sparse cells. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let width = 96

let step now next =
  for y = 0 to width - 1 do
    let above = (y + width - 1) mod width * width and here = y * width and below = (y + 1) mod width * width in
    for x = 0 to width - 1 do
      let left = (x + width - 1) mod width and right = (x + 1) mod width in
      let cell i = Char.code (Bytes.get now i) in
      let around =
        cell (above + left) + cell (above + x) + cell (above + right) + cell (here + left) + cell (here + right)
        + cell (below + left) + cell (below + x) + cell (below + right)
      in
      let alive = around = 3 || (around = 2 && cell (here + x) = 1) in
      Bytes.set next (here + x) (if alive then '\001' else '\000')
    done
  done

let population b =
  let sum = ref 0 in
  Bytes.iter (fun c -> sum := !sum + Char.code c) b;
  !sum

(** A generation of cells in a hash table, in coordinates. *)
let sparse_step cells =
  let around = Hashtbl.create (4 * Hashtbl.length cells) in
  let add x y = Hashtbl.replace around (x, y) (1 + try Hashtbl.find around (x, y) with Not_found -> 0) in
  Hashtbl.iter
    (fun (x, y) () ->
      for dx = -1 to 1 do
        for dy = -1 to 1 do
          if dx <> 0 || dy <> 0 then add (x + dx) (y + dy)
        done
      done)
    cells;
  let next = Hashtbl.create (Hashtbl.length cells) in
  Hashtbl.iter (fun p n -> if n = 3 || (n = 2 && Hashtbl.mem cells p) then Hashtbl.replace next p ()) around;
  next

let () =
  let now = ref (Bytes.init (width * width) (fun i -> if (i * i / 7) land 3 = 0 then '\001' else '\000')) in
  let next = ref (Bytes.make (width * width) '\000') in
  let cells = ref (Hashtbl.create 16) in
  List.iter (fun p -> Hashtbl.replace !cells p ()) [ (0, 1); (1, 3); (2, 0); (2, 1); (2, 4); (2, 5); (2, 6) ];
  let sum = ref 0 in
  for i = 1 to 2 * size do
    for _ = 1 to 20 do
      step !now !next;
      let t = !now in
      now := !next;
      next := t
    done;
    (* The seven cells live for 5206 generations, and get many; so they begin anew now and then. *)
    if i mod 60 = 0 then begin
      cells := Hashtbl.create 16;
      List.iter (fun p -> Hashtbl.replace !cells p ()) [ (0, 1); (1, 0); (1, 1); (1, 2); (2, 2) ]
    end;
    cells := sparse_step (sparse_step !cells);
    sum := (!sum * 3 + population !now + Hashtbl.length !cells) land 0xffffffff
  done;
  Printf.printf "life %d\n" !sum
