(* Gc.compact gives back the room between the blocks that have survived, and everything is where it was. *)

type node = { mutable next : node option; id : int; name : string; f : int -> int; values : float array }

let make id =
  let rec even n = n = 0 || odd (n - 1) and odd n = n <> 0 && even (n - 1) in
  { next = None; id; name = string_of_int id; f = (fun x -> if odd id then x + id else x - id); values = [| float_of_int id |] }

let digest nodes =
  List.fold_left
    (fun sum n ->
      let linked = match n.next with Some m -> m.id | None -> 0 in
      (sum * 31) + n.id + linked + int_of_string n.name + n.f 10 + int_of_float n.values.(0))
    0 nodes
  land 0xffffffff

type _ Effect.t += Pause : int Effect.t

let heap_words () = (Gc.quick_stat ()).Gc.heap_words

let () =
  let count = 100_000 in
  let all = Array.init count make in
  Gc.full_major ();
  (* One in fifty survives. *)
  let kept = List.filter (fun n -> n.id mod 50 = 0) (Array.to_list all) in
  ignore (List.fold_left (fun previous n -> n.next <- previous; Some n) None kept);
  Array.fill all 0 count (List.hd kept);
  let weak = Weak.create 100 in
  List.iteri (fun i n -> if i < 100 then Weak.set weak i (Some n)) kept;
  let ephemerons = List.map (fun n -> Ephemeron.K1.make n (ref n.id)) (List.filteri (fun i _ -> i < 1000) kept) in
  let finalised = ref 0 in
  List.iter (Gc.finalise (fun n -> finalised := !finalised + 1)) (List.filteri (fun i _ -> i < 10) kept);
  (* A computation that stands still, with a node on its stack. *)
  let paused : (int, unit) Effect.Deep.continuation option ref = ref None in
  let run n = Effect.perform Pause + n.id in
  Effect.Deep.match_with run (List.nth kept 7)
    { retc = (fun n -> Printf.printf "continued: %d\n" n); exnc = raise;
      effc = (fun (type a) (e : a Effect.t) -> match e with
        | Pause -> Some (fun (k : (a, unit) Effect.Deep.continuation) -> paused := Some k)
        | _ -> None) };
  let before = digest kept in
  Gc.full_major ();
  let words = heap_words () in
  Gc.compact ();
  let less = heap_words () in
  Printf.printf "compaction gives back most of the heap: %b\n" (less * 4 < words);
  Printf.printf "live words fit: %b\n" ((Gc.stat ()).Gc.live_words <= less);
  Printf.printf "same contents: %b\n" (digest kept = before);
  let all_there = ref true in
  List.iteri (fun i n -> if i < 100 then all_there := !all_there && (match Weak.get weak i with Some m -> m == n | None -> false)) kept;
  Printf.printf "weak pointers: %b\n" !all_there;
  Printf.printf "ephemerons: %b\n"
    (List.for_all2
      (fun e n -> match Ephemeron.K1.query e n with Some r -> !r = n.id | None -> false)
      ephemerons (List.filteri (fun i _ -> i < 1000) kept));
  (* What was given back can be used for something else. *)
  let large = Array.init 10 (fun i -> Array.make 100_000 i) in
  Printf.printf "%d\n" (Array.fold_left (fun sum a -> sum + a.(99_999)) 0 large);
  Printf.printf "compactions: %d\n" (Gc.quick_stat ()).Gc.compactions;
  (match !paused with Some k -> Effect.Deep.continue k 1 | None -> ());
  Printf.printf "finalised: %d\n" !finalised;
  ignore (Sys.opaque_identity kept)
