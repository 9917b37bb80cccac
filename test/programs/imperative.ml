(* References, loops, mutable records and arrays, sequences, evaluation order, while with exceptions, aliasing, char ranges. *)
type cell = { mutable value : int; mutable next : cell option; name : string }
type stats = { mutable min : float; mutable max : float; mutable sum : float; mutable n : int }

let trace s v = print_string s; v

let () =
  let r = ref 0 in
  for i = 1 to 10 do r := !r + i done;
  for i = 10 downto 1 do r := !r * 2 mod (100 + i) done;
  for _ = 5 to 4 do r := 1000 done;
  let n = ref 27 and steps = ref 0 in
  while !n <> 1 do n := (if !n land 1 = 0 then !n / 2 else (3 * !n) + 1); incr steps done;
  Printf.printf "%d %d\n" !r !steps;
  let a = { value = 1; next = None; name = "a" } in
  let b = { a with name = "b" } in
  a.next <- Some b; b.next <- Some a; b.value <- 2;
  let rec walk c k = if k = 0 then [] else (c.name ^ string_of_int c.value) :: (match c.next with Some d -> walk d (k - 1) | None -> []) in
  print_endline (String.concat " " (walk a 5));
  let s = { min = infinity; max = neg_infinity; sum = 0.; n = 0 } in
  List.iter (fun x -> s.min <- Float.min s.min x; s.max <- Float.max s.max x; s.sum <- s.sum +. x; s.n <- s.n + 1) [ 2.5; -1.; 4. ];
  Printf.printf "%g %g %g\n" s.min s.max (s.sum /. float_of_int s.n);
  (* Operands are evaluated from right to left in bytecode. *)
  let t = (trace "a" 1, trace "b" 2, trace "c" 3) in
  let l = [ trace "d" 1; trace "e" 2 ] in
  let sum = trace "f" 1 + trace "g" 2 in
  let rc = { value = trace "h" 1; next = trace "i" None; name = trace "j" "" } in
  (trace "k" (fun x y -> x + y)) (trace "l" 1) (trace "m" 2) |> ignore;
  ignore (t, l, sum, rc);
  let _ = trace "n" true || trace "o" true and _ = trace "p" false && trace "q" true in
  print_newline ();
  let arr = Array.make 3 (ref 0) in
  arr.(0) := 5; arr.(1) <- ref 6;
  Printf.printf "%d %d %d\n" !(arr.(0)) !(arr.(1)) !(arr.(2));
  let m = Array.make_matrix 2 2 0 in
  m.(0).(1) <- 7; m.(1) <- m.(0);
  Printf.printf "%d %b\n" m.(1).(1) (m.(0) == m.(1));
  let x = 1 in
  let x = let x = x + 1 in x * 10 and y = x in
  Printf.printf "%d %d\n" x y;
  let count = ref 0 in
  let fs = List.init 3 (fun i -> fun () -> count := !count + i; !count) in
  List.iter (fun f -> Printf.printf "%d " (f ())) (fs @ fs);
  print_newline ();
  let swap a i j = let t = a.(i) in a.(i) <- a.(j); a.(j) <- t in
  let p = [| 1; 2; 3; 4 |] in
  let next a =
    let n = Array.length a in
    let i = ref (n - 2) in
    while !i >= 0 && a.(!i) >= a.(!i + 1) do decr i done;
    if !i < 0 then false
    else begin
      let j = ref (n - 1) in
      while a.(!j) <= a.(!i) do decr j done;
      swap a !i !j;
      let lo = ref (!i + 1) and hi = ref (n - 1) in
      while !lo < !hi do swap a !lo !hi; incr lo; decr hi done;
      true
    end
  in
  let n = ref 1 in
  while next p do incr n; if !n mod 6 = 0 then (Array.iter print_int p; print_char ' ') done;
  Printf.printf "%d\n" !n;
  let buf = Bytes.make 26 ' ' in
  for c = Char.code 'a' to Char.code 'z' do Bytes.set buf (c - 97) (Char.chr (c - if c mod 2 = 0 then 32 else 0)) done;
  print_endline (Bytes.to_string buf);
  let float_cell = ref 1.5 in
  float_cell := !float_cell +. 1.;
  Printf.printf "%g %s\n" !float_cell (if !float_cell > 2. then "greater" else "less");
  let i = ref 0 in
  let result = try while true do incr i; if !i * !i > 200 then raise Exit done; "never" with Exit -> Printf.sprintf "left at %d" !i in
  print_endline result
