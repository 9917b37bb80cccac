(* Random (stdlib/random.ml; runtime/prng.c). *)
open Check

let join f l = String.concat " " (List.map f l)
let times n f = List.init n (fun _ -> f ())

let draw s =
  let open Random.State in
  let ints = times 5 (fun () -> int s 1000) in
  Printf.sprintf "%s %d %d %d %d %d %s %s %ld %Ld %nd %b %ld %Ld %nd %d %ld %Ld %nd" (join string_of_int ints) (bits s)
    (int s 1) (full_int s (1 lsl 50)) (int_in_range s ~min:(-10) ~max:10)
    (int_in_range s ~min:min_int ~max:max_int)
    (Check.bits (float s 1.)) (Check.bits (float s 1e300)) (int32 s 1000l) (int64 s 1_000_000_000_000L) (nativeint s 77n) (bool s)
    (bits32 s) (bits64 s) (nativebits s)
    (int s 0x3fffffff)
    (int32_in_range s ~min:Int32.min_int ~max:Int32.max_int)
    (int64_in_range s ~min:(-5L) ~max:Int64.max_int)
    (nativeint_in_range s ~min:0n ~max:1n)

let () =
  List.iter (fun seed -> case (Printf.sprintf "init %d" seed) (fun () -> draw (Random.State.make [| seed |]))) [ 0; 1; -1; 42; max_int; min_int ];
  List.iter
    (fun a -> case "make" (fun () -> draw (Random.State.make (Array.of_list a))))
    [ []; [ 1; 2; 3 ]; List.init 100 (fun i -> i * i * 12345678) ];
  Random.init 17;
  case "default" (fun () -> draw (Random.get_state ()));
  Random.full_init [| 3; 1; 4 |];
  case "full_init" (fun () -> join string_of_int (times 20 (fun () -> Random.int 1_000_000)));
  let s = Random.State.make [| 5 |] in
  let copy = Random.State.copy s in
  let other = Random.State.split s in
  case "split" (fun () -> draw other);
  case "after split" (fun () -> draw s);
  case "copy" (fun () -> draw copy);
  case "of_binary_string" (fun () -> draw (Random.State.of_binary_string (Random.State.to_binary_string (Random.State.make [| 9 |]))));
  case "to_binary_string" (fun () -> hex (Random.State.to_binary_string (Random.State.make [| 9 |])));
  List.iter
    (fun (name, f) -> case name (fun () -> f (Random.State.make [| 1 |])))
    Random.State.
      [
        ("int 0", fun s -> string_of_int (int s 0)); ("int -1", fun s -> string_of_int (int s (-1)));
        ("int 2^30", fun s -> string_of_int (int s (1 lsl 30))); ("full_int 2^30", fun s -> string_of_int (full_int s (1 lsl 30)));
        ("full_int 0", fun s -> string_of_int (full_int s 0)); ("int_in_range empty", fun s -> string_of_int (int_in_range s ~min:1 ~max:0));
        ("int32 0", fun s -> Int32.to_string (int32 s 0l)); ("int64 -1", fun s -> Int64.to_string (int64 s (-1L)));
        ("float -2", fun s -> Check.bits (float s (-2.)));
      ];
  Random.self_init ();
  let a = Random.bits64 () in
  Random.self_init ();
  case "self_init" (fun () -> string_of_bool (a <> Random.bits64 ()));
  let s = Random.State.make [| 123 |] in
  let range () = let a = Check.int () in let b = Check.int () in (min a b, max a b) in
  blocks "bits" 3 (fun _ -> string_of_int (Random.State.bits s));
  blocks "bits64" 2 (fun _ -> Int64.to_string (Random.State.bits64 s));
  blocks "int" 2 (fun _ -> string_of_int (Random.State.int s (1 + below 0x3ffffffe)));
  blocks "full_int" 2 (fun _ -> string_of_int (Random.State.full_int s (max 1 (abs (int ())))));
  blocks "int_in_range" 2 (fun _ -> let min, max = range () in string_of_int (Random.State.int_in_range s ~min ~max));
  blocks "int32" 1 (fun _ -> Int32.to_string (Random.State.int32 s (Int32.max 1l (Int32.abs (int32 ())))));
  blocks "int64" 1 (fun _ -> Int64.to_string (Random.State.int64 s (Int64.max 1L (Int64.abs (int64 ())))));
  blocks "float" 2 (fun _ -> Check.bits (Random.State.float s 3.));
  blocks "bool" 1 (fun _ -> string_of_bool (Random.State.bool s));
  let h = Hashtbl.create ~random:false 10 in
  for i = 0 to 99 do Hashtbl.replace h (string_of_int i) i done;
  case "hashtable order" (fun () -> join string_of_int (List.of_seq (Hashtbl.to_seq_values h)))
