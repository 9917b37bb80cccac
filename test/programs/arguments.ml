(* Arg, Sys, environment of a program; Callback; Printexc; Fun; Sys constants. *)
let () =
  let verbose = ref false and level = ref 0 and name = ref "" and rest = ref [] and ratio = ref 0. and mode = ref "" in
  let spec =
    Arg.align
      [
        ("-v", Arg.Set verbose, " Be verbose"); ("-l", Arg.Set_int level, "N Level"); ("--name", Arg.Set_string name, "NAME Name"); ("-r", Arg.Set_float ratio, "X Ratio");
        ("-m", Arg.Symbol ([ "fast"; "slow" ], fun s -> mode := s), " Mode"); ("-t", Arg.Tuple [ Arg.Int (fun n -> rest := string_of_int n :: !rest); Arg.String (fun s -> rest := s :: !rest) ], "N S Two");
        ("--", Arg.Rest (fun s -> rest := ("rest:" ^ s) :: !rest), " Everything else");
      ]
  in
  let parse args =
    verbose := false; level := 0; name := ""; rest := []; ratio := 0.; mode := "";
    match Arg.parse_argv ~current:(ref 0) (Array.of_list ("prog" :: args)) spec (fun s -> rest := s :: !rest) "usage: prog" with
    | () -> Printf.printf "%b %d %S %g %S [%s]\n" !verbose !level !name !ratio !mode (String.concat " " (List.rev !rest))
    | exception Arg.Bad s -> Printf.printf "bad: %s" s
    | exception Arg.Help s -> Printf.printf "help: %s" s
  in
  List.iter parse
    [ []; [ "-v"; "-l"; "3"; "file" ]; [ "--name=x"; "a"; "b" ]; [ "-r"; "1.5"; "-m"; "fast" ]; [ "-t"; "5"; "five" ]; [ "a"; "--"; "-v"; "b" ]; [ "-l"; "x" ]; [ "-z" ]; [ "-m"; "medium" ]; [ "-l" ]; [ "-help" ] ];
  Printf.printf "%d %d %b %b %d\n" (Array.length Sys.argv) Sys.word_size Sys.big_endian (Sys.max_array_length > 1_000_000) Sys.int_size;
  Printf.printf "%s %s %b\n" Sys.os_type (match Sys.backend_type with Native -> "native" | Bytecode -> "bytecode" | Other s -> s) (String.length Sys.ocaml_version > 0);
  Printf.printf "%s %s\n" (match Sys.getenv_opt "SURELY_NOT_THERE" with Some _ -> "set" | None -> "not set") (match Sys.getenv "SURELY_NOT_THERE" with s -> s | exception Not_found -> "Not_found");
  Callback.register "name" (fun x -> x + 1);
  Callback.register_exception "exn" Exit;
  Printf.printf "%b %b\n" (Sys.time () >= 0.) (Sys.opaque_identity Sys.interactive.contents);
  let f = Fun.negate (fun x -> x > 3) and g = Fun.flip (fun a b -> a - b) and c = Fun.const 5 in
  Printf.printf "%b %d %d %d\n" (f 2) (g 1 10) (c "x") (Fun.compose succ succ 1);
  Printf.printf "%s %s\n" (Printexc.to_string (Invalid_argument "x")) (Printexc.to_string (Sys_error "y"));
  Printf.printf "%s\n" (Printexc.to_string_default (Failure "z"));
  let a = Atomic.make 5 in
  let old = Atomic.fetch_and_add a 3 in
  Printf.printf "%d %d %b %b %d\n" old (Atomic.get a) (Atomic.compare_and_set a 8 1) (Atomic.compare_and_set a 8 2) (Atomic.exchange a 9);
  let key = Domain.DLS.new_key (fun () -> ref 0) in
  incr (Domain.DLS.get key);
  Printf.printf "%d %d %b\n" !(Domain.DLS.get key) (Domain.self () :> int) (Domain.is_main_domain ());
  let m = Mutex.create () in
  Mutex.lock m;
  Printf.printf "%b " (Mutex.try_lock m);
  Mutex.unlock m;
  Printf.printf "%d\n" (Mutex.protect m (fun () -> 42))
