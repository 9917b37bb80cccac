(* Loops that are entered once, in code that runs once, against the same loop in a function that is called again and again:
   nanoseconds for each round. An engine that cannot get from slow code into fast code while a loop runs shows here.
   Argument: millions of rounds. *)

let millions = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 400
let rounds = millions * 1_000_000

(* Rounds of a loop that is called again and again. *)
let few = 10_000

let times : (string * float) list ref = ref []

let measure name total run =
  let start = Sys.time () in
  run ();
  times := (name, (Sys.time () -. start) *. 1e9 /. float_of_int total) :: !times

let results = ref []
let keep name s = results := (name, s) :: !results

let int_loop n =
  let h = ref 1 in
  for i = 1 to n do
    h := (!h * 31 + i) land 0xffffff
  done;
  string_of_int !h

let float_loop n =
  let x = ref 0.5 in
  let i = ref 0 in
  while !i < n do
    x := !x *. (1.0 -. !x) *. 3.9;
    incr i
  done;
  Printf.sprintf "%b" (!x < 1.0)

let nested_loop n =
  let h = ref 0 in
  for i = 1 to 2 do
    for j = 1 to n / 2 do
      if j land i = 0 then incr h else h := !h lxor j
    done
  done;
  string_of_int !h

let tail_call n =
  let rec loop i h = if i = 0 then h else loop (i - 1) ((h * 31 + i) land 0xffffff) in
  string_of_int (loop n 1)

let array_loop =
  let a = Array.make 1024 1 in
  fun n ->
    let i = ref 0 in
    while !i < n do
      let j = !i land 1023 in
      a.(j) <- a.(j) + a.(1023 - j) land 7;
      incr i
    done;
    string_of_int a.(5)

let compare name loop =
  measure (name ^ ", entered once") rounds (fun () -> keep name (loop rounds));
  measure (name ^ ", called again and again") rounds (fun () ->
      let last = ref "" in
      for _ = 1 to rounds / few do
        last := loop few
      done;
      keep name !last)

let () =
  compare "for, ints" int_loop;
  compare "while, floats" float_loop;
  compare "nested for" nested_loop;
  compare "tail call" tail_call;
  compare "while, array" array_loop

(* The same at the top of a unit. *)
let start = Sys.time ()
let h = ref 1

let () =
  for i = 1 to rounds do
    h := (!h * 31 + i) land 0xffffff
  done

let () =
  times := ("for, ints, at the top", (Sys.time () -. start) *. 1e9 /. float_of_int rounds) :: !times;
  keep "top" (string_of_int !h);
  List.iter (fun (name, ns) -> Printf.eprintf "%-40s %6.2f ns\n" name ns) (List.rev !times);
  List.iter (fun (name, s) -> Printf.printf "%s: %s\n" name s) (List.rev !results)
