(* What is live stays as large as it is while the program changes it: then the heap does not grow either. *)

type cell = { mutable text : string; mutable list : int list; mutable array : int array; mutable link : cell option }

let cells = 20_000
let state = ref 42

let random bound =
  state := ((!state * 25214903917) + 11) land 0xffffffffffff;
  (!state lsr 16) mod bound

let fresh () = { text = ""; list = []; array = [||]; link = None }

let change table =
  let c = table.(random cells) in
  match random 6 with
  | 0 -> c.text <- String.make (random 300) 'x'
  | 1 -> c.list <- List.init (random 20) (fun i -> i)
  | 2 -> c.array <- Array.make (random 200) 0
  | 3 -> c.link <- Some table.(random cells)
  | 4 -> table.(random cells) <- fresh ()
  | _ -> c.array <- Array.make (random (if random 50 = 0 then 20_000 else 20)) 1

let () =
  let table = Array.init cells (fun _ -> fresh ()) in
  let run n = for _ = 1 to n do change table done in
  run 200_000;
  let live = (Gc.stat ()).live_words in
  let heaps = List.init 6 (fun _ -> run 200_000; (Gc.quick_stat ()).heap_words) in
  let live_later = (Gc.stat ()).live_words in
  let within name a b = if a <= b then Printf.printf "%s: yes\n" name else Printf.printf "%s: %d > %d\n" name a b in
  within "what is live stays the same" live_later (live * 3 / 2);
  within "the heap has a constant size" (List.fold_left max 0 heaps) (4 * max live live_later);
  within "at any time" (Gc.quick_stat ()).top_heap_words (5 * max live live_later);
  (* Dead large blocks and data outside of the heap are found in time. *)
  let before = (Gc.quick_stat ()).top_heap_words in
  for i = 1 to 3000 do ignore (Sys.opaque_identity (Array.make 100_000 i)) done;
  within "large arrays" ((Gc.quick_stat ()).top_heap_words - before) (4 * (live + 1_000_000));
  for _ = 1 to 3000 do ignore (Sys.opaque_identity (Bigarray.Array1.create Bigarray.int Bigarray.c_layout 100_000)) done
