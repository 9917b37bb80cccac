(* The figures of Gc say what the program has done, more exactly than those of ocamlrun do. *)

let check name ok = Printf.printf "%s: %b\n" name ok
let near a b = Float.abs (a -. b) <= 100. +. (0.01 *. Float.abs b)
let sink = ref []

let () =
  let minor f = let before = Gc.minor_words () in f (); Gc.minor_words () -. before in
  check "minor_words: references" (near (minor (fun () -> for i = 1 to 100_000 do ignore (Sys.opaque_identity (ref i)) done)) 200_000.);
  check "minor_words: lists" (near (minor (fun () -> sink := List.init 100_000 (fun i -> i))) 300_000.);
  check "minor_words: blocks of the major heap" (near (minor (fun () -> ignore (Sys.opaque_identity (Array.make 100_000 0)))) 0.);
  sink := [];
  Gc.full_major ();

  let s0 = Gc.quick_stat () in
  sink := List.init 50_000 (fun i -> i);
  Gc.minor ();
  let s1 = Gc.quick_stat () in
  check "promoted_words" (near (s1.promoted_words -. s0.promoted_words) 150_000.);
  check "major_words: promoted" (near (s1.major_words -. s0.major_words) 150_000.);
  let array = Array.make 123_456 0 in
  let s2 = Gc.quick_stat () in
  check "major_words: allocated directly" (near (s2.major_words -. s1.major_words) 123_457.);
  check "heap_words: large block" (near (float (s2.heap_words - s1.heap_words)) 123_457.);
  check "minor_collections" (s1.minor_collections > s0.minor_collections);
  let minor, promoted, major = Gc.counters () in
  check "counters" (near minor s2.minor_words && near promoted s2.promoted_words && near major s2.major_words);
  check "allocated_bytes" (near (Gc.allocated_bytes ()) (8. *. (minor +. major -. promoted)));

  let live () = float (Gc.stat ()).live_words in
  let blocks () = float (Gc.stat ()).live_blocks in
  let w0 = live () and b0 = blocks () in
  let tuples = List.init 20_000 (fun i -> (i, i, i)) in
  check "live_words" (near (live () -. w0) (20_000. *. 7.));
  check "live_blocks" (near (blocks () -. b0) 40_000.);
  ignore (Sys.opaque_identity (tuples, array));

  let s3 = Gc.quick_stat () in
  let with_large () =
    let large = Array.make 5_000_000 0 in
    let s = Gc.quick_stat () in
    ignore (Sys.opaque_identity large);
    s
  in
  let s4 = with_large () in
  Gc.full_major ();
  let s5 = Gc.quick_stat () in
  check "heap_words grows" (s4.heap_words >= s3.heap_words + 5_000_000);
  check "heap_words falls" (s5.heap_words <= s4.heap_words - 5_000_000);
  check "top_heap_words" (s5.top_heap_words >= s4.heap_words && s5.top_heap_words < s4.heap_words + 1_000_000);
  check "major_collections" (s5.major_collections > s3.major_collections);
  check "forced_major_collections" (s5.forced_major_collections = s4.forced_major_collections + 1);
  Gc.compact ();
  check "compactions" ((Gc.quick_stat ()).compactions = s5.compactions + 1);
  let s = Gc.stat () in
  check "live_words, free_words and heap_words" (s.live_words + s.free_words <= s.heap_words && s.live_words > 0);

  (* Parameters. *)
  let control = Gc.get () in
  Gc.set { control with minor_heap_size = 32_768; space_overhead = 80 };
  check "Gc.set" ((Gc.get ()).minor_heap_size = 32_768 && (Gc.get ()).space_overhead = 80);
  let before = (Gc.quick_stat ()).minor_collections in
  for i = 1 to 1_000_000 do ignore (Sys.opaque_identity (ref i)) done;
  let collections = (Gc.quick_stat ()).minor_collections - before in
  check "minor collections of a smaller heap" (collections >= 60 && collections <= 64);
  Gc.set { control with minor_heap_size = 1_000_000 };
  check "larger minor heap" ((Gc.get ()).minor_heap_size >= 1_000_000 && List.length !sink = 50_000)
