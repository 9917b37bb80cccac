(* What is known before a program runs: constants that functions and units hold, and what follows from them, through native code
   that is left with them on its stack. *)
type _ Effect.t += Wait : int -> int Effect.t

let width = 96
let large = 1 lsl 45
let negative = -large - 7
let gap = 2.5
let on = true
let off = not on

type shape = Point | Dot | Line of int | Box of int * int

let here = Dot
let line = Line 7

let waiting f =
  match f () with x -> x | effect (Wait n), k -> Effect.Deep.continue k (n + 1)

let wait n = Effect.perform (Wait n)

(* Integers of more than 32 bits in frames that are left. *)
let kept i =
  let a = large + 3 and b = negative * 2 and c = (large lsl 4) + 1 in
  let i = wait i in
  let d = max_int / 3 in
  let j = wait (i + d) in
  (a + i, b - j, c lxor i, d)

let area = function Point | Dot -> 0 | Line n -> n | Box (x, y) -> x * y
let choose n = if off then failwith "off" else if width > 90 && n > 0 then width / n else width mod 7
let swap (x, y) = (y, x)

let folded n =
  let x = max_int + 1 and y = min_int - 1 and z = width * width * width * width in
  let s = [ x; y; z; x lsr 1; y asr 3; 1 lsl 62; -5 / 2; -5 mod 3; 5 / -2; min_int / -1; lnot z; abs min_int ] in
  List.fold_left (fun sum v -> (sum * 31) + v + n) 0 s

let compared =
  [ compare width 96; compare 3 width; compare large negative; Bool.to_int (width = 96); Bool.to_int (min_int < large);
    Stdlib.compare on off; min width 4; max negative large ]

let divided n = try width / n with Division_by_zero -> -1
let never n = try (if n >= 0 then n else width / 0) with Division_by_zero -> large

(* Loops of few rounds, with numbers of all kinds. *)
let mixed x =
  let sum = ref 0l and product = ref 1L and real = ref gap and last = ref [| Int32.of_int x; 5l |].(0) in
  for i = -1 to 1 do
    for j = 3 downto 1 do
      sum := Int32.add !sum (Int32.logxor (Int32.shift_left !last (i + j)) 0x7fffffffl);
      last := Int32.add (Int32.mul !last 1103515245l) 12345l;
      product := Int64.mul !product (Int64.of_int ((i * j) + x));
      real := (!real *. 1.5) +. float_of_int (i + j)
    done;
    if i = 0 then sum := Int32.of_int (wait (Int32.to_int !sum))
  done;
  (!sum, !last, Int32.shift_right_logical !sum 3, Int32.compare !sum !last, !product, !real)

(* Only the low half of an int32 is right in a register, until it is looked at. *)
let halves x =
  let a = Int32.mul (Int32.of_int x) 0x12345679l in
  let b = Int32.add a a and c = Int32.sub 7l (Int32.shift_left a 9) in
  let i = wait x in
  let d = Int32.logor b (Int32.of_int i) in
  Printf.sprintf "%ld %ld %ld %ld %b %d %g" a b c d (Int32.compare b c < 0) (Int32.to_int d) (Int32.to_float (Int32.add c d))

type vector = { x : float; y : float; z : float }

let ( -| ) a b = { x = a.x -. b.x; y = a.y -. b.y; z = a.z -. b.z }
let dot a b = (a.x *. b.x) +. (a.y *. b.y) +. (a.z *. b.z)

let seen = ref []

let across a b keep =
  let v = a -| b in
  let d = dot v v in
  if keep then seen := v :: !seen;
  let w = v -| { a with y = gap } in
  ignore (wait 1);
  (d, dot w v, w.z)

module type SIZE = sig val size : int val name : string end

module Make (S : SIZE) = struct
  let cells = Array.make S.size S.name
  let at i = if S.size = 3 && i >= S.size then "beyond" else cells.(i)
end

module Three = Make (struct let size = 3 let name = "three" end)

let () =
  for n = 1 to 4 do
    let a, b, c, d = waiting (fun () -> kept n) in
    Printf.printf "%d %d %d %d\n" a b c d;
    Printf.printf "%d %d %d %d\n" (choose n) (choose (-n)) (divided (n - 1)) (never (n - 2));
    Printf.printf "%d %d %d %d\n" (folded n) (area here) (area line) (let x, y = swap (n, width) in area (Box (x, y)));
    let s, l, r, c, p, f = waiting (fun () -> mixed (n * 1_000_003)) in
    Printf.printf "%ld %ld %ld %d %Ld %h\n" s l r c p f;
    print_endline (waiting (fun () -> halves (n * 7919)));
    let v = { x = float_of_int n; y = gap; z = 0.25 } in
    let d, e, z = waiting (fun () -> across v { v with x = 0.5; z = -1. } (n land 1 = 0)) in
    Printf.printf "%g %g %g %d\n" d e z (List.length !seen);
    Printf.printf "%s %s\n" (Three.at (n mod 3)) (Three.at (n + 2))
  done;
  List.iter (Printf.printf "%d ") compared;
  List.iter (fun v -> Printf.printf "%g " v.z) !seen;
  print_newline ()
