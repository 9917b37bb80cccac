(* Interrupted by SIGINT five times, each time when it has said that it is ready: the last one ends it. *)
let ready what = Printf.printf "%s\n%!" what

let caught what f =
  ready what;
  match f () with () -> print_endline "?" | exception Sys.Break -> Printf.printf "Break in %s\n%!" what

let rec count n = if n < 0 then () else count (n + 1)

let () =
  Sys.catch_break true;
  caught "a loop" (fun () -> while true do ignore (Sys.opaque_identity ()) done);
  caught "recursion" (fun () -> count 0);
  caught "read_line" (fun () -> ignore (read_line ()));
  caught "sleep" (fun () -> Unix.sleep 60);
  let t = Thread.create (fun () -> Thread.delay 60.) () in
  ignore t;
  caught "sleep with threads" (fun () -> Unix.sleep 60);
  Sys.catch_break false;
  ready "death";
  while true do () done
