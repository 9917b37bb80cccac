(* Loads and tells what it is told, by its command line or by whoever calls "command". *)
let _ = fun (x : Pig.t) -> x

(* Without the folder. *)
let shortened text =
  let folder = Sys.getcwd () ^ "/" in
  let n = String.length folder in
  let rec go i =
    if i >= String.length text then ""
    else if i + n <= String.length text && String.sub text i n = folder then go (i + n)
    else String.make 1 text.[i] ^ go (i + 1)
  in
  go 0

let describe exn =
  let name = Printexc.to_string exn in
  shortened
    (match exn with
     | Dynlink.Error (Library's_module_initializers_failed (Registry.Refused n) as e) ->
         Printf.sprintf "%s\n%s\nthe exception is Refused %d" name (Dynlink.error_message e) n
     | Dynlink.Error e -> name ^ "\n" ^ Dynlink.error_message e
     | _ -> name)

let attempt f = match f () with () -> "done" | exception exn -> describe exn

(* The units that are no part of the standard library or of Dynlink. *)
let own units =
  let is_own name =
    not (List.exists (fun prefix -> String.starts_with ~prefix name) [ "Stdlib"; "Camlinternal"; "Dynlink"; "Std_exit" ])
  in
  String.concat " " (List.filter is_own units)

external global_data : unit -> Obj.t array = "caml_get_global_data"

let call name = string_of_int ((List.assoc name !Registry.functions) ())

let command line =
  match String.split_on_char ' ' line with
  | "load" :: [ file ] -> attempt (fun () -> Dynlink.loadfile file)
  | "private" :: [ file ] -> attempt (fun () -> Dynlink.loadfile_private file)
  | "only" :: units -> attempt (fun () -> Dynlink.allow_only units)
  | "allowed" :: units -> attempt (fun () -> Dynlink.set_allowed_units units)
  | "prohibit" :: units -> attempt (fun () -> Dynlink.prohibit units)
  | "unsafe" :: [ allowed ] -> attempt (fun () -> Dynlink.allow_unsafe_modules (bool_of_string allowed))
  | [ "units" ] -> own (Dynlink.public_dynamically_loaded_units ())
  | [ "program" ] -> own (Dynlink.main_program_units ())
  | [ "all" ] -> own (Dynlink.all_units ())
  | "global" :: [ name ] ->
      if Option.is_some (Dynlink.unsafe_get_global_value ~bytecode_or_asm_symbol:name) then "there" else "not there"
  | [ "globals" ] -> string_of_int (Array.length (global_data ()))
  | "call" :: [ name ] -> call name
  | "tier" :: [ name ] -> Registry.tier (List.assoc name !Registry.functions)
  | "rename" :: [ from; name ] -> attempt (fun () -> Sys.rename from name)
  | "message" :: [ tag; name ] ->
      Dynlink.error_message (Obj.obj (Obj.with_tag (int_of_string tag) (Obj.repr (ref name))))
  | [ "native" ] -> string_of_bool Dynlink.is_native
  | "adapt" :: [ file ] -> Dynlink.adapt_filename file
  | _ -> "what?"

let () =
  Callback.register "command" command;
  let command_line = List.tl (Array.to_list Sys.argv) in
  List.iter (fun line -> Printf.printf "# %s\n" line; print_endline (command line)) command_line
