(* A line editor in native code. Its commands are OCaml scripts: they are compiled to bytecode when they are loaded, and work on
   the editor's own text. *)
open Bactrian

exception Refused of string

let file = ref ""
let text = ref (Text.of_string "")

(* Scripts see the editor's text and commands, and what of the standard library has no effects outside. *)
let sandbox = Sandbox.add Sandbox.safe [ "Text"; "Commands" ]
let read file = In_channel.with_open_bin file In_channel.input_all

let load name =
  let path = Filename.concat "scripts" (name ^ ".ml") in
  let source = read path in
  Commands.loading name (fun () ->
      (* An environment of its own: nothing is left of a script that is replaced. *)
      match Eval.run (Eval.create ~sandbox ()) ~source_name:path source with
      | Ok () -> ()
      | Error error -> raise (Refused (Eval.error_to_string error)))

let open_file name =
  text := Text.of_string (read name);
  file := name

let tiers () =
  List.iter
    (fun unit ->
      if List.mem (Loader.name unit) [ "Text"; "Commands"; "Editor" ] then
        Printf.printf "%s: %s\n" (Loader.name unit) (match Loader.tier unit with Native -> "native" | Interpreted -> "interpreted"))
    (Loader.units ())

let print_command (name, script, doc) = Printf.printf "%s (%s): %s\n" name script doc

let execute = function
  | [] -> ()
  | [ "open"; name ] -> open_file name
  | [ "save" ] -> Out_channel.with_open_bin !file (fun oc -> output_string oc (Text.to_string !text))
  | [ "print" ] -> Text.iter !text (Printf.printf "%3d  %s\n")
  | [ "undo" ] -> if not (Text.undo !text) then print_endline "Nothing to undo."
  | [ "load"; name ] -> load name
  | [ "unload"; name ] -> if not (Commands.unload name) then Printf.printf "Script %s has no commands.\n" name
  | [ "commands" ] -> List.iter print_command (Commands.list ())
  | [ "tiers" ] -> tiers ()
  | name :: arguments ->
      match Commands.find name with
      | None -> Printf.printf "There is no command %s.\n" name
      | Some run -> Text.change !text (fun () -> run !text arguments)

let rec loop () =
  print_string ": ";
  match read_line () with
  | exception End_of_file -> print_newline ()
  | line ->
      (try execute (List.filter (fun word -> word <> "") (String.split_on_char ' ' line)) with
       | Refused message -> print_endline message
       | Text.No_line n -> Printf.printf "There is no line %d.\n" n
       | Sys_error message -> print_endline message
       | exn -> Printf.printf "The command has failed: %s\n" (Printexc.to_string exn));
      loop ()

let () =
  if Array.length Sys.argv > 1 then open_file Sys.argv.(1);
  loop ()
