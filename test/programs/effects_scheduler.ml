(* A cooperative scheduler with promises and channels, by deep and by shallow handlers. *)
open Effect

type 'a promise = 'a state ref
and 'a state = Done of 'a | Waiting of ('a, unit) Effect.Deep.continuation list

type _ Effect.t += Async : (unit -> 'a) -> 'a promise Effect.t | Await : 'a promise -> 'a Effect.t | Yield : unit Effect.t

let run main =
  let queue = Queue.create () in
  let next () = match Queue.take_opt queue with Some f -> f () | None -> () in
  let rec fork : 'a. 'a promise -> (unit -> 'a) -> unit = fun promise f ->
    match f () with
    | v ->
      (match !promise with
       | Waiting ks -> List.iter (fun k -> Queue.add (fun () -> Effect.Deep.continue k v) queue) (List.rev ks)
       | Done _ -> assert false);
      promise := Done v;
      next ()
    | effect Async g, k ->
      let p = ref (Waiting []) in
      Queue.add (fun () -> Effect.Deep.continue k p) queue;
      fork p g
    | effect Await p, k ->
      (match !p with
       | Done v -> Effect.Deep.continue k v
       | Waiting ks -> p := Waiting (k :: ks); next ())
    | effect Yield, k -> Queue.add (fun () -> Effect.Deep.continue k ()) queue; next ()
  in
  fork (ref (Waiting [])) main

(* Coroutines with shallow handlers: each step may be handled otherwise. *)
type _ Effect.t += Send : int -> unit Effect.t | Receive : int Effect.t

let rec producer_first : type a b. (unit, a) Shallow.continuation -> (int, b) Shallow.continuation option -> (unit -> (int, b) Shallow.continuation) -> int list =
  fun p c start ->
  Shallow.continue_with p ()
    {
      retc = (fun _ -> []); exnc = raise;
      effc = (fun (type e) (e : e Effect.t) ->
        match e with
        | Send x -> Some (fun (k : (e, _) Shallow.continuation) -> x :: producer_first k c start)
        | _ -> None);
    }

let () =
  run (fun () ->
      let worker name n () =
        for i = 1 to n do Printf.printf "%s%d " name i; perform Yield done;
        n * 10
      in
      let a = perform (Async (worker "a" 3)) in
      let b = perform (Async (worker "b" 5)) in
      let c = perform (Async (fun () -> perform (Await a) + perform (Await b))) in
      Printf.printf "[started] ";
      Printf.printf "= %d %d\n" (perform (Await c)) (perform (Await a)));
  run (fun () ->
      let ps = List.init 1000 (fun i -> perform (Async (fun () -> perform Yield; i))) in
      Printf.printf "%d\n" (List.fold_left (fun n p -> n + perform (Await p)) 0 ps));
  (* A chain of tasks, each waiting for the one before. *)
  run (fun () ->
      let rec chain n p = if n = 0 then p else chain (n - 1) (perform (Async (fun () -> 1 + perform (Await p)))) in
      Printf.printf "%d\n" (perform (Await (chain 500 (perform (Async (fun () -> perform Yield; 0)))))));
  let sender = Shallow.fiber (fun () -> for i = 1 to 5 do perform (Send (i * i)) done) in
  print_endline (String.concat " " (List.map string_of_int (producer_first sender None (fun () -> assert false))));
  (* An exception from one fiber reaches the one that continued it. *)
  let k = Shallow.fiber (fun () -> perform Yield; failwith "inside") in
  let rec step : (unit, unit) Shallow.continuation -> unit = fun k ->
    Shallow.continue_with k ()
      { retc = ignore; exnc = (fun e -> Printf.printf "caught %s\n" (Printexc.to_string e));
        effc = (fun (type e) (e : e Effect.t) -> match e with Yield -> Some (fun (k : (e, _) Shallow.continuation) -> print_string "step "; step k) | _ -> None) }
  in
  step k;
  let k = Shallow.fiber (fun () -> try perform Yield with Exit -> print_endline "discontinued") in
  Shallow.continue_with k ()
    { retc = ignore; exnc = raise;
      effc = (fun (type e) (e : e Effect.t) -> match e with
        | Yield -> Some (fun (k : (e, _) Shallow.continuation) -> Shallow.discontinue_with k Exit { retc = ignore; exnc = raise; effc = (fun _ -> None) })
        | _ -> None) }
