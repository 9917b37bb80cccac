(* One program for all tests, since it takes a while to make native code of it: the first argument says which. *)
let () =
  match List.tl (Array.to_list Sys.argv) with
  | "evaluation" :: _ -> Evaluation.run ()
  | "escapes" :: directories -> Escapes.run directories
  | "loading" :: actions -> Loading.run actions
  | [ "parallel" ] -> Parallel.run ()
  | "print" :: phrases ->
      let env = Bactrian.Eval.create () in
      let print phrase =
        match Bactrian.Eval.print env phrase with
        | Ok text -> print_string text
        | Error error -> print_endline (Bactrian.Eval.error_to_string error)
      in
      List.iter print phrases
  | _ -> exit 2
