type estimate = { value : float; low : float; high : float }
type measurement = { calls : int; seconds : float array; minor_words : float }
type comparison = { interpreted : measurement; native : measurement; ratio : estimate }

let median samples =
  let n = Array.length samples in
  if n = 0 then invalid_arg "Bactrian.Bench.median: no samples";
  let sorted = Array.copy samples in
  Array.sort Float.compare sorted;
  if n land 1 = 1 then sorted.(n / 2) else (sorted.((n / 2) - 1) +. sorted.(n / 2)) /. 2.

(* How often rounds are drawn again for the interval (Efron's percentile bootstrap). *)
let resamples = 1000

let ratio_of_medians samples base =
  let value = median samples /. median base in
  let rounds = Array.length samples in
  let state = Random.State.make [| rounds |] in
  let draw _ =
    let drawn = Array.init rounds (fun _ -> Random.State.int state rounds) in
    let medians = Array.map (fun samples -> median (Array.map (Array.get samples) drawn)) [| samples; base |] in
    medians.(0) /. medians.(1)
  in
  let drawn = Array.init resamples draw in
  Array.sort Float.compare drawn;
  let at part = drawn.(int_of_float (part *. float_of_int (resamples - 1))) in
  { value; low = at 0.025; high = at 0.975 }

(* A function in a tier. *)
type 'a subject = { call : unit -> 'a; mutable count : int; times : float array }

(* Processor time of so many calls. *)
let time subject =
  let start = Sys.time () in
  for _ = 1 to subject.count do
    ignore (Sys.opaque_identity (subject.call ()))
  done;
  Sys.time () -. start

(* Find out how many calls take that long, which lets the engine compile them, too. *)
let rec warm_up ~seconds subject =
  let taken = time subject in
  if taken < seconds then begin
    let factor = if taken > 0. then Float.min 10. (1.2 *. seconds /. taken) else 10. in
    subject.count <- max (subject.count + 1) (int_of_float (factor *. float_of_int subject.count));
    warm_up ~seconds subject
  end

let words_of call =
  let before = Gc.minor_words () in
  ignore (Sys.opaque_identity (call ()));
  let between = Gc.minor_words () in
  (* What asking costs. *)
  let after = Gc.minor_words () in
  Float.max 0. (between -. before -. (after -. between))

let compare ?(rounds = 20) ?(seconds = 0.05) ?(equal = ( = )) in_tier x =
  if rounds <= 0 then invalid_arg "Bactrian.Bench.compare: rounds is not positive";
  if not (seconds > 0.) then invalid_arg "Bactrian.Bench.compare: seconds is not positive";
  let subject tier =
    let f = in_tier tier in
    { call = (fun () -> f x); count = 1; times = Array.make rounds 0. }
  in
  let interpreted = subject Loader.Interpreted in
  let native = subject Loader.Native in
  if not (equal (interpreted.call ()) (native.call ())) then
    failwith "Bactrian.Bench.compare: the results of the tiers differ";
  let subjects = [ interpreted; native ] in
  List.iter (warm_up ~seconds) subjects;
  for round = 0 to rounds - 1 do
    List.iter (fun subject -> subject.times.(round) <- time subject /. float_of_int subject.count) subjects
  done;
  let measurement { call; count; times } = { calls = count; seconds = times; minor_words = words_of call } in
  {
    interpreted = measurement interpreted;
    native = measurement native;
    ratio = ratio_of_medians native.times interpreted.times;
  }

let show_seconds s =
  if s >= 1. then Printf.sprintf "%.3g s" s
  else if s >= 1e-3 then Printf.sprintf "%.3g ms" (s *. 1e3)
  else if s >= 1e-6 then Printf.sprintf "%.3g us" (s *. 1e6)
  else Printf.sprintf "%.3g ns" (s *. 1e9)

let to_string { interpreted; native; ratio } =
  let line name { calls; seconds; minor_words } =
    Printf.sprintf "%-12s %10s a call, %.0f words (%d rounds of %d calls)\n" name
      (show_seconds (median seconds))
      minor_words (Array.length seconds) calls
  in
  line "interpreted" interpreted ^ line "native" native
  ^ Printf.sprintf "ratio        %.3f (%.3f to %.3f)\n" ratio.value ratio.low ratio.high
