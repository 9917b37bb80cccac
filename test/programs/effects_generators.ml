(* Effects: generators, iterators turned inside out, state, exceptions as effects, handlers within handlers. *)
open Effect
open Effect.Deep

type _ Effect.t += Yield : int -> unit Effect.t | Get : int Effect.t | Put : int -> unit Effect.t | Choose : bool Effect.t

let to_seq iterate =
  fun () ->
    match_with iterate (fun x -> perform (Yield x))
      {
        retc = (fun () -> Seq.Nil);
        exnc = raise;
        effc = (fun (type a) (e : a Effect.t) ->
          match e with
          | Yield x -> Some (fun (k : (a, _) continuation) -> Seq.Cons (x, fun () -> continue k ()))
          | _ -> None);
      }

type tree = Leaf | Node of tree * int * tree
let rec build lo hi = if lo > hi then Leaf else let m = (lo + hi) / 2 in Node (build lo (m - 1), m, build (m + 1) hi)
let rec iter f = function Leaf -> () | Node (l, x, r) -> iter f l; f x; iter f r

let with_state (init : int) f =
  let run =
    match f () with
    | v -> fun s -> (v, s)
    | effect Get, k -> fun (s : int) -> continue k s s
    | effect Put s, k -> fun _ -> continue k () s
  in
  run init

let () =
  let t = build 1 1000 in
  let s = to_seq (fun f -> iter f t) in
  Printf.printf "%d\n" (Seq.fold_left ( + ) 0 s);
  Printf.printf "%s\n" (String.concat " " (List.map string_of_int (List.of_seq (Seq.take 5 (to_seq (fun f -> iter f t))))));
  (* Two trees in step. *)
  let same a b = Seq.equal ( = ) (to_seq (fun f -> iter f a)) (to_seq (fun f -> iter f b)) in
  Printf.printf "%b %b\n" (same t (build 1 1000)) (same t (build 1 999));
  let v, n = with_state 10 (fun () -> for _ = 1 to 1000 do perform (Put (perform Get + 1)) done; perform Get * 2) in
  Printf.printf "%d %d\n" v n;
  (* Handlers within handlers: the inner one forwards what it does not know. *)
  let doubled f = match f () with v -> v | effect Yield x, k -> perform (Yield (2 * x)); continue k () in
  let collected = ref [] in
  (match doubled (fun () -> doubled (fun () -> perform (Yield 1); perform (Yield 5))) with
   | () -> ()
   | effect Yield x, k -> collected := x :: !collected; continue k ());
  Printf.printf "%s\n" (String.concat " " (List.rev_map string_of_int !collected));
  (* Exceptions through handlers. *)
  let cleaned = ref false in
  let r =
    match Fun.protect ~finally:(fun () -> cleaned := true) (fun () -> perform (Yield 1); "not reached") with
    | s -> s
    | exception Failure s -> "failure " ^ s
    | effect Yield _, k -> discontinue k (Failure "stopped")
  in
  Printf.printf "%s %b\n" r !cleaned;
  (match perform (Yield 3) with () -> () | exception Unhandled (Yield n) -> Printf.printf "unhandled %d\n" n);
  (* A continuation is used once. *)
  (match (match perform Get with n -> n | effect Get, k -> let a = continue k 1 in a + continue k 2) with
   | n -> Printf.printf "%d\n" n
   | exception Continuation_already_resumed -> print_endline "already resumed");
  (* Backtracking by running again. *)
  let rec attempts (path : bool list) f =
    let rest = ref path in
    let taken : bool list ref = ref [] in
    match
      (match f () with
       | v -> Some v
       | exception Not_found -> None
       | effect Choose, k ->
         let next : unit -> bool = fun () -> match !rest with [] -> true | b :: l -> rest := l; b in
         taken := next () :: !taken;
         continue k (List.hd !taken : bool))
    with
    | Some v -> v
    | None ->
      let rec next = function true :: l -> List.rev (false :: l) | false :: l -> next l | [] -> failwith "exhausted" in
      attempts (next !taken) f
  in
  let bits = attempts [] (fun () -> let l = List.init 8 (fun _ -> perform Choose) in if List.length (List.filter Fun.id l) = 2 && List.nth l 7 then l else raise Not_found) in
  print_endline (String.concat "" (List.map (fun b -> if b then "1" else "0") bits));
  (* Deep recursion inside of a fiber. *)
  let rec deep n = if n = 0 then perform Get else 1 + deep (n - 1) in
  Printf.printf "%d\n" (match deep 200_000 with n -> n | effect Get, k -> continue k 5)
