(* bactrian embed: writes an OCaml unit that adds interfaces to the program that it is linked with. *)

let usage = "bactrian embed -o FILE.ml [-no-link] FILE.cmi…"

exception Refused of string

let refuse file problem = raise (Refused (file ^ ": " ^ problem))

let read file =
  match In_channel.with_open_bin file In_channel.input_all with
  | contents -> contents
  | exception Sys_error message -> raise (Refused message)

let unit_name file = String.capitalize_ascii (Filename.remove_extension (Filename.basename file))

(* OCaml's other versions write other magic numbers. *)
let check file contents =
  let magic = Config.cmi_magic_number in
  if not (String.starts_with ~prefix:magic contents) then
    refuse file
      (if String.starts_with ~prefix:(String.sub magic 0 9) contents then
         "is a compiled interface of another version of OCaml. Compile it again"
       else "is not a compiled interface. Give a .cmi file")

(* The units of a library. *)
let units_of_library file =
  let contents = read file in
  let magic = Config.cma_magic_number in
  if not (String.starts_with ~prefix:magic contents) then []
  else
    let at = Int32.to_int (String.get_int32_be contents (String.length magic)) in
    let library : Cmo_format.library = Marshal.from_string contents at in
    List.map (fun ({ cu_name = Compunit name; _ } : Cmo_format.compilation_unit) -> name) library.lib_units

let libraries : (string, string list) Hashtbl.t = Hashtbl.create 7

let units_in_libraries folder =
  match Hashtbl.find_opt libraries folder with
  | Some units -> units
  | None ->
      let files = List.filter (fun file -> Filename.check_suffix file ".cma") (Array.to_list (Sys.readdir folder)) in
      let units = List.concat_map (fun file -> units_of_library (Filename.concat folder file)) files in
      Hashtbl.add libraries folder units;
      units

(* Whether there is something to be linked: interfaces of types only have no implementation. *)
let has_implementation file =
  Sys.file_exists (Filename.remove_extension file ^ ".cmo")
  || List.mem (unit_name file) (units_in_libraries (Filename.dirname file))

let write out ~link files =
  let interfaces = List.map (fun file -> (file, read file)) files in
  List.iter (fun (file, contents) -> check file contents) interfaces;
  Printf.fprintf out "(* Written by bactrian embed. *)\n[@@@ocaml.warning \"-a\"] [@@@ocaml.alert \"-all\"]\n";
  if link then begin
    (* Aliases make the linker include what they name. *)
    let linked = List.filter has_implementation files in
    List.iteri (fun i file -> Printf.fprintf out "module Linked_%d = %s\n" i (unit_name file)) linked
  end;
  List.iter
    (fun (file, contents) -> Printf.fprintf out "let () = Bactrian.Interfaces.add %S %S\n" (unit_name file) contents)
    interfaces

let () =
  let output = ref "" in
  let link = ref true in
  let files = ref [] in
  let options =
    [
      ("-o", Arg.Set_string output, "FILE  where the unit goes");
      ("-no-link", Arg.Clear link, "  do not link the units whose interfaces these are");
    ]
  in
  Arg.parse options (fun file -> files := file :: !files) usage;
  try
    if !output = "" || !files = [] then raise (Refused ("usage: " ^ usage));
    let buffer = Filename.temp_file ~temp_dir:(Filename.dirname !output) "embed" ".tmp" in
    Fun.protect
      ~finally:(fun () -> if Sys.file_exists buffer then Sys.remove buffer)
      (fun () ->
        Out_channel.with_open_bin buffer (fun out -> write out ~link:!link (List.rev !files));
        Sys.rename buffer !output)
  with
  | Refused message ->
      prerr_endline ("bactrian embed: " ^ message);
      exit 2
  | Sys_error message ->
      prerr_endline ("bactrian embed: " ^ message);
      exit 2
