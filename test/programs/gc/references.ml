(* References that the collector treats apart, taken while it marks. *)

let allocate n = for i = 1 to n do ignore (Sys.opaque_identity (Array.make 20 i)) done

(* Copies out of weak arrays keep alive what the copied block refers to. *)
let copies () =
  let n = 3000 in
  let ballast = List.init 500_000 (fun i -> ref i) in (* so that marking takes several steps *)
  let weak = Weak.create n in
  let strong = ref [] in
  for i = 0 to n - 1 do
    let v = (string_of_int i, [ i; i + 1; i + 2 ]) in
    Weak.set weak i (Some v);
    strong := v :: !strong
  done;
  Gc.full_major ();
  strong := [];
  let copied = ref [] in
  for i = 0 to n - 1 do
    for _ = 1 to 5 do ignore (Sys.opaque_identity (Array.make 1000 i)) done;
    match Weak.get_copy weak i with None -> () | Some v -> copied := (i, v) :: !copied
  done;
  Gc.full_major ();
  List.length ballast > 0 && List.for_all (fun (i, (s, l)) -> s = string_of_int i && l = [ i; i + 1; i + 2 ]) !copied

(* A long chain of computations, each of which holds the next. *)
type _ Effect.t += Wait : int Effect.t
type paused = (int, int) Effect.Deep.continuation option ref

let chain () =
  let rec build n held =
    if n = 0 then held
    else begin
      let k : paused = ref None in
      Effect.Deep.match_with
        (fun () -> let x = Effect.perform Wait in x + (match !held with None -> 0 | Some k -> Effect.Deep.continue k (x + 1)))
        ()
        { retc = Fun.id; exnc = raise;
          effc = (fun (type a) (e : a Effect.t) -> match e with
            | Wait -> Some (fun (c : (a, int) Effect.Deep.continuation) -> k := Some c; 0)
            | _ -> None) }
      |> ignore;
      build (n - 1) k
    end
  in
  let held = build 20_000 (ref None : paused) in
  Gc.full_major ();
  allocate 100_000;
  match !held with None -> 0 | Some k -> Effect.Deep.continue k 0

(* An effect goes through handlers that collect. *)
let reperformed () =
  let rec nest n f = if n = 0 then f () else
    let tag = string_of_int n in
    nest (n - 1) (fun () ->
      let r = Effect.Deep.try_with f () { effc = (fun _ -> allocate 2000; if n mod 3 = 0 then Gc.minor (); None) } in
      r + String.length tag)
  in
  let result = ref 0 in
  let k : (int, unit) Effect.Deep.continuation option ref = ref None in
  Effect.Deep.match_with (fun () -> nest 30 (fun () -> Effect.perform Wait)) ()
    { retc = (fun n -> result := n); exnc = raise;
      effc = (fun (type a) (e : a Effect.t) -> match e with
        | Wait -> Some (fun (c : (a, unit) Effect.Deep.continuation) -> k := Some c)
        | _ -> None) };
  Gc.full_major ();
  (match !k with Some c -> Effect.Deep.continue c 1000 | None -> ());
  !result

(* Finalisation functions get values that were dead when marking began. *)
let finalised () =
  let sum = ref 0 in
  for i = 1 to 2000 do
    Gc.finalise (fun (s, l) -> sum := !sum + int_of_string s + List.length l) (string_of_int i, [ i; i ]);
    allocate 300
  done;
  Gc.full_major ();
  !sum

let () =
  Printf.printf "copies: %b\n" (copies ());
  Printf.printf "chain: %d\n" (chain ());
  Printf.printf "reperformed: %d\n" (reperformed ());
  Printf.printf "finalised: %d\n" (finalised ())
