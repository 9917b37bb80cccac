(* Threads that talk through pipes: channels, lines, and more than a pipe or a buffer can hold. *)
let copy name write read =
  let r, w = Unix.pipe () in
  let writer = Thread.create (fun () -> write w) () in
  let digest = read r in
  Thread.join writer;
  Printf.printf "%s %s\n%!" name (Digest.to_hex digest)

let text n = String.init n (fun i -> Char.chr (32 + (i * 7 + i / 95) mod 95))

let () =
  let big = text 300_000 in
  Printf.printf "%s\n%!" (Digest.to_hex (Digest.string big));
  copy "write"
    (fun w ->
      let n = Unix.write_substring w big 0 (String.length big) in
      Printf.printf "written %d\n%!" n;
      Unix.close w)
    (fun r ->
      let b = Buffer.create 1000 and chunk = Bytes.create 1000 in
      let rec loop () =
        match Unix.read r chunk 0 1000 with
        | 0 -> ()
        | n -> Buffer.add_subbytes b chunk 0 n; loop ()
      in
      loop ();
      Digest.string (Buffer.contents b));
  copy "output_string"
    (fun w ->
      let oc = Unix.out_channel_of_descr w in
      output_string oc "x";
      output_string oc big;
      close_out oc)
    (fun r ->
      let ic = Unix.in_channel_of_descr r in
      ignore (input_char ic);
      Digest.string (In_channel.input_all ic));
  copy "output_char"
    (fun w ->
      let oc = Unix.out_channel_of_descr w in
      String.iter (output_char oc) big;
      close_out oc)
    (fun r -> Digest.string (really_input_string (Unix.in_channel_of_descr r) (String.length big)));
  copy "lines"
    (fun w ->
      let oc = Unix.out_channel_of_descr w in
      for i = 1 to 300 do output_string oc (String.sub big i (i * 3)); output_char oc '\n'; if i mod 50 = 0 then flush oc done;
      close_out oc)
    (fun r ->
      let ic = Unix.in_channel_of_descr r in
      let ok = ref true in
      for i = 1 to 300 do ok := !ok && input_line ic = String.sub big i (i * 3) done;
      Printf.printf "%b %b\n%!" !ok (match input_line ic with _ -> false | exception End_of_file -> true);
      Digest.string "");
  let r, w = Unix.pipe () in

  let nobody, _, _ = Unix.select [ r ] [] [] 0.05 in
  Printf.printf "%d\n%!" (List.length nobody);
  let result = ref "" in
  let t = Thread.create (fun () -> result := (match Unix.select [ r ] [] [] 5. with [ _ ], _, _ -> "ready" | _ -> "late")) () in

  Thread.delay 0.02;
  ignore (Unix.write_substring w "!" 0 1);
  Thread.join t;
  print_endline !result;
  (* A child process is waited for while another thread runs. *)
  let count = ref 0 and stop = ref false in
  let busy = Thread.create (fun () -> while not !stop do incr count; Thread.delay 0.001 done) () in
  let pid = Unix.create_process "sh" [| "sh"; "-c"; "sleep 0.2; exit 3" |] Unix.stdin Unix.stdout Unix.stderr in
  (match Unix.waitpid [] pid with
   | _, Unix.WEXITED n -> Printf.printf "exited %d\n%!" n
   | _ -> print_endline "?");
  stop := true;
  Thread.join busy;
  Printf.printf "%b\n" (!count > 5)
