(* Functions that are left by effects and gone on with: what they hold meanwhile, and where they go on. *)
open Effect
open Effect.Deep

type _ Effect.t += Ask : int -> int t | Tell : string -> unit t | Real : float -> float t | Other : int t | Stop : 'a t

let out = Buffer.create 1000
let say fmt = Printf.bprintf out (fmt ^^ "\n")

let asking f = match f () with v -> v | effect Ask n, k -> continue k (n + 1) | effect Real x, k -> continue k (x *. 1.5)

let telling f =
  let n = ref 0 in
  let v = match f () with v -> v | effect Tell s, k -> incr n; say "%d: %s" !n s; continue k () in
  say "told %d" !n;
  v

(* Values of all kinds that live across an effect: blocks, integers, unboxed numbers, the environment. *)
let holding a (s : string) =
  let x = float_of_int a *. 0.25 and i = Int64.of_int (a * 1_000_003) and n = a * 7 in
  let y = perform (Real (x +. 1.)) in
  let m = perform (Ask n) in
  perform (Tell (s ^ string_of_int m));
  (y +. x, Int64.add i (Int64.of_int m), [ n; m; a ], fun () -> String.length s + m)

let rec total k n = if n = 0 then perform (Ask k) else total k (n - 1) + perform (Ask n)

(* Loops: a variable that is unboxed, an exception in each third round, and a handler in the loop. *)
let looping n =
  let sum = ref 0. and count = ref 0 in
  for i = 1 to n do
    (try
       if perform (Ask i) mod 3 = 0 then raise Not_found;
       sum := !sum +. perform (Real (float_of_int i))
     with Not_found -> count := !count + perform (Ask 10));
    if i mod 5 = 0 then sum := asking (fun () -> perform (Real !sum)) /. 1.5
  done;
  (!sum, !count)

(* Exceptions that come into a function that was left, and that go out of it. *)
let guarded tag =
  try
    let v = try perform (Ask 1) with Failure s -> say "%s: inner %s" tag s; perform (Ask 100) in
    perform (Tell (tag ^ " got " ^ string_of_int v));
    if v > 50 then raise Exit;
    v
  with Exit -> perform (Ask 1000) | Invalid_argument s -> String.length s

let discontinuing f =
  let n = ref 0 in
  match f () with
  | v -> v
  | effect Ask _, k ->
      incr n;
      if !n = 1 then discontinue k (Failure "first") else if !n = 2 then continue k 60 else discontinue k (Invalid_argument "later")

(* Effects go through handlers that do not know them: the fibers of both are resumed at once. *)
let through () =
  telling (fun () ->
      let a = asking (fun () ->
          perform (Tell "in asking");
          let x = telling (fun () -> perform (Ask 5) + perform Other) in
          perform (Tell "between");
          x + perform (Ask 1)) in
      perform (Tell "after");
      a * 2)

let other f = match f () with v -> v | effect Other, k -> 1 + continue k 40

(* Effects out of functions that know nothing of them. *)
let traversing () =
  let l = List.init 12 (fun i -> i) in
  List.iter (fun i -> if i mod 4 = 0 then perform (Tell (string_of_int i))) l;
  let doubled = List.map (fun i -> perform (Ask (2 * i))) l in
  let a = Array.map (fun i -> i * perform (Ask i)) (Array.of_list doubled) in
  let h = Hashtbl.create 10 in
  Array.iteri (fun i v -> Hashtbl.replace h (i mod 5) (v + perform (Ask i))) a;
  Hashtbl.fold (fun k v acc -> (k * v) + acc) h 0 + List.fold_left (fun acc i -> acc + perform (Ask i)) 0 l

(* Generators that are never finished, or resumed elsewhere. *)
type gen = Done | Next of int * (int, gen) continuation

let rec count_up n = ignore (perform (Ask n)); count_up (n + 1)
let generate f : gen = match f () with () -> Done | effect Ask n, k -> Next (n, k)

let rec deep n = if n = 0 then perform (Ask 0) else 1 + deep (n - 1)
let rec handlers n = if n = 0 then perform (Ask 0) + perform Other else 1 + (match handlers (n - 1) with v -> v | effect Stop, _ -> 0)

(* A loop that goes on for long between effects. *)
let long () =
  let x = ref 0 in
  for i = 1 to 60_000 do
    x := (!x * 31 + i) land 0xfffff;
    if i mod 10_000 = 0 then x := !x + perform (Ask i)
  done;
  !x

let twice : (int, int) continuation option ref = ref None

let again () =
  let r : int = match perform (Ask 1) with v -> v | effect Ask n, k -> twice := Some k; n + continue k 3 in
  (match !twice with
   | Some k -> (try ignore (continue k 4) with Continuation_already_resumed -> say "already resumed")
   | None -> say "none");
  (match !twice with
   | Some k -> (match 1 + continue k 4 with _ -> () | exception Continuation_already_resumed -> say "already resumed")
   | None -> ());
  r

let unhandled () =
  (try ignore (perform (Ask 1)) with Unhandled _ -> say "unhandled");
  (try ignore (asking (fun () -> 1 + perform Other)) with Unhandled Other -> say "unhandled in asking");
  asking (fun () -> try 1 + perform Other with Unhandled Other -> perform (Ask 1))

(* Handlers that nothing goes to. *)
let unraised x = try x + 1 with Not_found -> perform (Ask x) + perform (Ask (x + 1))

let () =
  let real x = Printf.sprintf "%h" x in
  telling (fun () ->
      asking (fun () ->
          for a = 1 to 3 do
            let x, i, l, f = holding a (String.make a 'x') in
            say "%s %Ld %s %d" (real x) i (String.concat "," (List.map string_of_int l)) (f ())
          done));
  say "total %d" (asking (fun () -> total 5 10));
  let sum, count = asking (fun () -> looping 20) in
  say "looping %s %d" (real sum) count;
  say "guarded %d" (try telling (fun () -> discontinuing (fun () -> guarded "a")) with Invalid_argument s -> -String.length s);
  say "guarded %d" (telling (fun () -> asking (fun () -> guarded "b")));
  say "through %d" (other through);
  say "through %d" (other (fun () -> asking through));
  say "traversing %d" (telling (fun () -> asking traversing));
  let rec take n g acc = match g with Next (v, k) when n > 0 -> take (n - 1) (continue k 0) (v :: acc) | _ -> acc in
  say "taken %s" (String.concat " " (List.map string_of_int (take 6 (generate (fun () -> count_up 3)) [])));
  List.iter (fun n -> say "deep %d" (asking (fun () -> deep n + deep (n / 2)))) [ 3; 40; 400; 3000 ];
  List.iter (fun n -> say "handlers %d" (other (fun () -> asking (fun () -> handlers n)))) [ 1; 10; 300 ];
  say "long %d" (asking long);
  say "again %d" (asking again);
  say "unhandled %d" (unhandled ());
  say "unraised %d" (asking (fun () -> unraised 3 + perform (Ask 1)));
  print_string (Buffer.contents out)
