(* Sudoku by sets of bits, taking the cell with the fewest candidates first, and finding all solutions.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rows = Array.make 9 0 and columns = Array.make 9 0 and boxes = Array.make 9 0
let grid = Array.make 81 0
let box i = (i / 27 * 3) + (i mod 9 / 3)

let rec bits n = if n = 0 then 0 else 1 + bits (n land (n - 1))
let candidates i = 0x3fe land lnot (rows.(i / 9) lor columns.(i mod 9) lor boxes.(box i))

let flip i digit =
  let bit = 1 lsl digit in
  rows.(i / 9) <- rows.(i / 9) lxor bit;
  columns.(i mod 9) <- columns.(i mod 9) lxor bit;
  boxes.(box i) <- boxes.(box i) lxor bit

let place i digit =
  flip i digit;
  grid.(i) <- digit

let take i =
  flip i grid.(i);
  grid.(i) <- 0

let visited = ref 0

(** Calls `found` for each solution, until it says that these are enough. *)
let rec solve found =
  incr visited;
  let best = ref (-1) and fewest = ref 10 in
  for i = 0 to 80 do
    if grid.(i) = 0 then begin
      let n = bits (candidates i) in
      if n < !fewest then begin
        best := i;
        fewest := n
      end
    end
  done;
  if !best < 0 then found ()
  else begin
    let i = !best in
    let left = ref (candidates i) and stop = ref false and digit = ref 1 in
    while (not !stop) && !left <> 0 do
      if !left land (1 lsl !digit) <> 0 then begin
        left := !left lxor (1 lsl !digit);
        place i !digit;
        stop := solve found;
        take i
      end;
      incr digit
    done;
    !stop
  end

(** A puzzle: a full grid made of shifts of one row with the digits exchanged, in which few cells are kept. *)
let puzzle seed keep =
  Array.fill rows 0 9 0;
  Array.fill columns 0 9 0;
  Array.fill boxes 0 9 0;
  Array.fill grid 0 81 0;
  let state = ref seed in
  let random n =
    state := ((!state * 1103515245) + 12345) land 0x3fffffff;
    (!state lsr 9) mod n
  in
  let digits = Array.init 9 succ in
  for i = 8 downto 1 do
    let j = random (i + 1) in
    let t = digits.(i) in
    digits.(i) <- digits.(j);
    digits.(j) <- t
  done;
  for i = 0 to 80 do
    let row = i / 9 and column = i mod 9 in
    if random 81 < keep then place i digits.(((row * 3) + (row / 3) + column) mod 9)
  done

let () =
  let sum = ref 0 in
  for i = 1 to 4 * size do
    puzzle i 26;
    let solutions = ref 0 in
    let found () =
      incr solutions;
      sum := (!sum + (grid.(40) * 10) + grid.(i mod 81)) land 0xffffffff;
      !solutions = 200
    in
    ignore (solve found)
  done;
  Printf.printf "sudoku %d %d\n" !sum !visited
