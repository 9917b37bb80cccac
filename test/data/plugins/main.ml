(* Loads the files that it is given, and calls what they register. *)
let load = ref Dynlink.loadfile

let call file =
  match !load file with
  | () ->
      let names = List.sort compare (List.of_seq (Hashtbl.to_seq_keys Registry.functions)) in
      List.iter (fun name -> Printf.printf "%s: %d\n" name (Hashtbl.find Registry.functions name [ 1; 2; 3 ])) names;
      Hashtbl.reset Registry.functions;
      Registry.transform := (fun x -> 10 * x)
  | exception Dynlink.Error e -> print_endline (Dynlink.error_message e)

let () =
  Registry.transform := (fun x -> 10 * x);
  let files = List.tl (Array.to_list Sys.argv) in
  List.iter (function "-private" -> load := Dynlink.loadfile_private | file -> call file) files
