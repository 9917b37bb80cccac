(* Units from everywhere: loads what its arguments say, one after the other, then tells what is there. *)
open Bactrian

let read file = In_channel.with_open_bin file In_channel.input_all
let env = lazy (Eval.create ~directories:[ "." ] ())
let made = "let answer = 21 let apply f = f answer let hidden = 1"

let rec load action =
  match String.split_on_char ':' action with
  | [ "made" ] -> of_source (Eval.load_unit (Lazy.force env) "Made" made)
  | [ "made native" ] -> of_source (Eval.load_unit (Lazy.force env) ~tier:Native "Made" made)
  | [ "wrong" ] -> of_source (Eval.load_unit (Lazy.force env) "Made" "let answer = \"text\"")
  | [ "dynlink"; file ] -> Dynlink.loadfile file
  | [ "dynlink privately"; file ] -> Dynlink.loadfile_private file
  | [ "load"; file ] -> show (Loader.load ~name:file (read file))
  | [ "native"; file ] -> show (Loader.load ~tier:Native ~name:file (read file))
  | [ "interpreted"; file ] -> show (Loader.load ~tier:Interpreted ~name:file (read file))
  | [ "privately"; file ] -> see (Loader.load ~is_private:true ~name:file (read file))
  | [ "eval"; source ] -> (
      match Eval.eval (Lazy.force env) Type.int source with
      | Ok n -> Printf.printf "%d\n" n
      | Error error -> print_endline (Eval.error_to_string error))
  | _ -> failwith action

and of_source = function
  | Ok units -> show units
  | Error error -> print_endline (Eval.error_to_string error)

and show units = List.iter describe units

and describe unit =
  let tier = match Loader.tier unit with Interpreted -> "interpreted" | Native -> "native" in
  let has digest = if Option.is_some digest then "" else "?" in
  Printf.printf "  %s: %s%s%s%s\n" (Loader.name unit) tier
    (if Loader.is_private unit then ", private" else "")
    (has (Loader.interface unit))
    (has (Loader.implementation unit))

(* Source text in an environment of its own sees a privately loaded unit. *)
and see units =
  show units;
  let env = Eval.create ~directories:[ "." ] ~units () in
  match Eval.eval env Type.int "Needs_made.doubled" with
  | Ok n -> Printf.printf "  seen: %d\n" n
  | Error error -> print_endline (Eval.error_to_string error)

let run actions =
  let perform action =
    print_endline action;
    match load action with
    | () -> ()
    | exception Dynlink.Error error -> print_endline ("  " ^ Dynlink.error_message error)
  in
  List.iter perform actions;
  print_endline "units:";
  show (List.filter (fun unit -> not (Loader.is_initial unit)) (Loader.units ()));
  let initial = List.filter Loader.is_initial (Loader.units ()) in
  let known = List.filter (fun unit -> Loader.interface unit <> None) initial in
  Printf.printf "of the program: Api %b, all interfaces known %b\n"
    (List.exists (fun unit -> Loader.name unit = "Api") initial)
    (List.length known = List.length initial)
