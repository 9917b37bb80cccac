(* Arrays of floats and ints, matrices, bigarrays, float records: products, elimination, a cellular automaton, n bodies. *)
let mul a b = Array.map (fun row -> Array.init (Array.length b.(0)) (fun j -> let s = ref 0. in Array.iteri (fun k x -> s := !s +. (x *. b.(k).(j))) row; !s)) a
let identity n = Array.init n (fun i -> Array.init n (fun j -> if i = j then 1. else 0.))
let rec power m n = if n = 0 then identity (Array.length m) else let h = power m (n / 2) in let h2 = mul h h in if n land 1 = 1 then mul h2 m else h2

let determinant m =
  let m = Array.map Array.copy m in
  let n = Array.length m and det = ref 1. in
  (try
     for i = 0 to n - 1 do
       let p = ref i in
       for r = i + 1 to n - 1 do if Float.abs m.(r).(i) > Float.abs m.(!p).(i) then p := r done;
       if m.(!p).(i) = 0. then (det := 0.; raise Exit);
       if !p <> i then (let t = m.(i) in m.(i) <- m.(!p); m.(!p) <- t; det := -. !det);
       det := !det *. m.(i).(i);
       for r = i + 1 to n - 1 do
         let f = m.(r).(i) /. m.(i).(i) in
         for c = i to n - 1 do m.(r).(c) <- m.(r).(c) -. (f *. m.(i).(c)) done
       done
     done
   with Exit -> ());
  !det

let life board =
  let h = Array.length board and w = Array.length board.(0) in
  Array.mapi (fun y row -> Array.mapi (fun x alive ->
    let n = ref 0 in
    for dy = -1 to 1 do for dx = -1 to 1 do if (dx <> 0 || dy <> 0) && board.((y + dy + h) mod h).((x + dx + w) mod w) then incr n done done;
    !n = 3 || (alive && !n = 2)) row) board

type body = { mutable x : float; mutable y : float; mutable vx : float; mutable vy : float; mass : float }

let step bodies dt =
  Array.iteri (fun i a -> Array.iteri (fun j b -> if i <> j then begin
    let dx = b.x -. a.x and dy = b.y -. a.y in
    let d2 = (dx *. dx) +. (dy *. dy) +. 0.01 in
    let f = dt *. b.mass /. (d2 *. sqrt d2) in
    a.vx <- a.vx +. (f *. dx); a.vy <- a.vy +. (f *. dy)
  end) bodies) bodies;
  Array.iter (fun a -> a.x <- a.x +. (dt *. a.vx); a.y <- a.y +. (dt *. a.vy)) bodies

let () =
  let fib = power [| [| 1.; 1. |]; [| 1.; 0. |] |] 70 in
  Printf.printf "%.0f\n" fib.(0).(1);
  let hilbert = Array.init 5 (fun i -> Array.init 5 (fun j -> 1. /. float_of_int (i + j + 1))) in
  Printf.printf "%.6e %g\n" (determinant hilbert) (determinant [| [| 1.; 2. |]; [| 2.; 4. |] |]);
  let board = Array.make_matrix 8 8 false in
  List.iter (fun (x, y) -> board.(y).(x) <- true) [ (1, 0); (2, 1); (0, 2); (1, 2); (2, 2) ];
  let rec run n b = if n = 0 then b else run (n - 1) (life b) in
  Array.iter (fun row -> print_endline (String.init 8 (fun x -> if row.(x) then '#' else '.'))) (run 30 board);
  let bodies = Array.init 5 (fun i -> let a = float_of_int i in { x = cos a; y = sin a; vx = -.sin a /. 3.; vy = cos a /. 3.; mass = 0.1 *. (a +. 1.) }) in
  for _ = 1 to 500 do step bodies 0.01 done;
  Array.iter (fun b -> Printf.printf "%.6f %.6f\n" b.x b.y) bodies;
  let open Bigarray in
  let m = Array2.init float64 c_layout 20 30 (fun i j -> float_of_int ((i * j) mod 7)) in
  let sum = ref 0. in
  for i = 0 to 19 do for j = 0 to 29 do sum := !sum +. m.{i, j} done done;
  let row = Array2.slice_left m 3 in
  row.{0} <- 100.;
  Printf.printf "%g %g %d\n" !sum m.{3, 0} (Array1.dim row);
  let sieve = Array1.create int8_unsigned c_layout 10_001 in
  Array1.fill sieve 1;
  for i = 2 to 100 do if sieve.{i} = 1 then (let j = ref (i * i) in while !j <= 10_000 do sieve.{!j} <- 0; j := !j + i done) done;
  let n = ref 0 in
  for i = 2 to 10_000 do n := !n + sieve.{i} done;
  Printf.printf "%d\n" !n;
  (try print_float m.{20, 0} with Invalid_argument s -> print_endline s);
  let generic : 'a. 'a array -> int -> 'a = fun a i -> a.(i) in
  Printf.printf "%g %d %s\n" (generic [| 1.5; 2.5 |] 1) (generic [| 1; 2 |] 0) (generic [| "a" |] 0);
  let mixed = Array.make 3 0. in
  Array.blit [| 1.; 2.; 3. |] 1 mixed 0 2;
  Printf.printf "%g %g %b\n" mixed.(0) (Array.fold_left ( +. ) 0. mixed) (mixed = [| 2.; 3.; 0. |])
