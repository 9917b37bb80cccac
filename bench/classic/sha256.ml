(* The digest SHA-256: logic on Int32, and the same on plain integers. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let ( +% ) = Int32.add
let ( ^% ) = Int32.logxor
let ( &% ) = Int32.logand
let turn x n = Int32.logor (Int32.shift_right_logical x n) (Int32.shift_left x (32 - n))

(** The first n primes' roots' fractions, in 32 bits; the exponent is 1/2 or 1/3. *)
let fractions root n =
  let rec prime k = (k < 4 || not (List.exists (fun d -> k mod d = 0) (List.init (k / 2 - 1) (fun i -> i + 2)))) in
  let rec next k left = if left = 0 then [] else if prime k then k :: next (k + 1) (left - 1) else next (k + 1) left in
  let fraction p =
    let r = root (float_of_int p) in
    int_of_float ((r -. Float.of_int (int_of_float r)) *. 4294967296.)
  in
  Array.of_list (List.map fraction (next 2 n))

let constants = fractions Float.cbrt 64
let initial = fractions sqrt 8
let constants32 = Array.map Int32.of_int constants

(** The message with its end marked and its length, in blocks of 64 bytes. *)
let padded message =
  let n = String.length message in
  let b = Bytes.make ((n + 72) / 64 * 64) '\000' in
  Bytes.blit_string message 0 b 0 n;
  Bytes.set b n '\x80';
  Bytes.set_int64_be b (Bytes.length b - 8) (Int64.of_int (8 * n));
  b

let with_int32 message =
  let data = padded message and w = Array.make 64 0l in
  let h = Array.map Int32.of_int initial in
  for block = 0 to (Bytes.length data / 64) - 1 do
    for i = 0 to 15 do w.(i) <- Bytes.get_int32_be data ((block * 64) + (4 * i)) done;
    for i = 16 to 63 do
      let a = w.(i - 15) and b = w.(i - 2) in
      let s0 = turn a 7 ^% turn a 18 ^% Int32.shift_right_logical a 3 in
      let s1 = turn b 17 ^% turn b 19 ^% Int32.shift_right_logical b 10 in
      w.(i) <- w.(i - 16) +% s0 +% w.(i - 7) +% s1
    done;
    let a = ref h.(0) and b = ref h.(1) and c = ref h.(2) and d = ref h.(3) in
    let e = ref h.(4) and f = ref h.(5) and g = ref h.(6) and last = ref h.(7) in
    for i = 0 to 63 do
      let s1 = turn !e 6 ^% turn !e 11 ^% turn !e 25 in
      let choice = (!e &% !f) ^% (Int32.lognot !e &% !g) in
      let t1 = !last +% s1 +% choice +% constants32.(i) +% w.(i) in
      let s0 = turn !a 2 ^% turn !a 13 ^% turn !a 22 in
      let majority = (!a &% !b) ^% (!a &% !c) ^% (!b &% !c) in
      last := !g;
      g := !f;
      f := !e;
      e := !d +% t1;
      d := !c;
      c := !b;
      b := !a;
      a := t1 +% s0 +% majority
    done;
    List.iteri (fun i x -> h.(i) <- h.(i) +% x) [ !a; !b; !c; !d; !e; !f; !g; !last ]
  done;
  Array.fold_left (fun s x -> s ^ Printf.sprintf "%08lx" x) "" h

let with_int message =
  let turn x n = ((x lsr n) lor (x lsl (32 - n))) land 0xffffffff in
  let data = padded message and w = Array.make 64 0 in
  let word at = (Bytes.get_uint16_be data at lsl 16) lor Bytes.get_uint16_be data (at + 2) in
  let h = Array.copy initial in
  for block = 0 to (Bytes.length data / 64) - 1 do
    for i = 0 to 15 do w.(i) <- word ((block * 64) + (4 * i)) done;
    for i = 16 to 63 do
      let a = w.(i - 15) and b = w.(i - 2) in
      let s0 = turn a 7 lxor turn a 18 lxor (a lsr 3) and s1 = turn b 17 lxor turn b 19 lxor (b lsr 10) in
      w.(i) <- (w.(i - 16) + s0 + w.(i - 7) + s1) land 0xffffffff
    done;
    let rec rounds i a b c d e f g last =
      if i = 64 then List.iteri (fun i x -> h.(i) <- (h.(i) + x) land 0xffffffff) [ a; b; c; d; e; f; g; last ]
      else begin
        let s1 = turn e 6 lxor turn e 11 lxor turn e 25 and choice = e land f lxor (lnot e land g) in
        let t1 = last + s1 + choice + constants.(i) + w.(i) in
        let s0 = turn a 2 lxor turn a 13 lxor turn a 22 and majority = a land b lxor (a land c) lxor (b land c) in
        rounds (i + 1) ((t1 + s0 + majority) land 0xffffffff) a b c ((d + t1) land 0xffffffff) e f g
      end
    in
    rounds 0 h.(0) h.(1) h.(2) h.(3) h.(4) h.(5) h.(6) h.(7)
  done;
  Array.fold_left (fun s x -> s ^ Printf.sprintf "%08x" x) "" h

let () =
  let digest = ref "abc" in
  if with_int !digest <> "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" then failwith "sha256";
  for i = 1 to 120 * size do
    let message = !digest ^ String.make (800 + (i land 63)) 'x' in
    let d = with_int message in
    if d <> with_int32 message then failwith "sha256";
    digest := d
  done;
  Printf.printf "sha256 %s\n" !digest
