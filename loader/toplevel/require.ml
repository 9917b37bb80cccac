(* #require, #thread and #list: packages as findlib keeps them, loaded into the toplevel with all that they require. *)

module Meta = Bactrian_meta

(* What is wrong with which package. *)
exception Problem of string

let problem format = Printf.ksprintf (fun text -> raise (Problem text)) format

(* What findlib's own toplevel support says of a toplevel with threads. *)
let common_predicates = [ "toploop"; "mt"; "mt_posix" ]
let predicates = "byte" :: common_predicates
let native_predicates = "native" :: common_predicates

(* Opam's folder of packages. *)
let switch () =
  match Sys.getenv_opt "OPAM_SWITCH_PREFIX" with
  | None | Some "" -> None
  | Some prefix -> Some (Filename.concat prefix "lib")

(* Where packages are looked for. *)
let search_path () =
  let listed = Misc.split_path_contents (Option.value (Sys.getenv_opt "OCAMLPATH") ~default:"") in
  List.filter (fun folder -> folder <> "") listed @ (Config.standard_library :: Option.to_list (switch ()))

type package = { name : string; meta : Meta.t; folder : string }

let read_meta file =
  match Meta.parse (In_channel.with_open_bin file In_channel.input_all) with
  | meta -> meta
  | exception Meta.Syntax (what, line) -> problem "File %s, line %d: %s." file line what
  | exception Sys_error what -> problem "%s." what

let inside folder file = if Filename.is_relative file then Filename.concat folder file else file

(* The folder that a package's files are in, given the one of its META file or of the package around it. *)
let folder_of meta around =
  match Meta.lookup meta "directory" predicates with
  | None | Some "" -> around
  | Some folder when folder.[0] = '+' || folder.[0] = '^' ->
      (match String.sub folder 1 (String.length folder - 1) with
       | "" -> Config.standard_library
       | inside -> Filename.concat Config.standard_library inside)
  | Some folder -> inside around folder

let exists { meta; folder; _ } =
  match Meta.lookup meta "exists_if" predicates with
  | None -> true
  | Some files -> List.exists (fun file -> Sys.file_exists (inside folder file)) (Meta.words files)

(* The META files of a package outside of all others: NAME/META and META.NAME of each folder. *)
let meta_files name =
  List.concat_map
    (fun folder ->
      [ (Filename.concat (Filename.concat folder name) "META", Filename.concat folder name);
        (Filename.concat folder ("META." ^ name), folder) ])
    (search_path ())

let find_outer name =
  List.find_map
    (fun (file, around) ->
      if not (Sys.file_exists file) then None
      else
        let meta = read_meta file in
        let package = { name; meta; folder = folder_of meta around } in
        if exists package then Some package else None)
    (meta_files name)

let rec find_inner package = function
  | [] -> Some package
  | part :: parts ->
      Option.bind (List.assoc_opt part package.meta.packages) (fun meta ->
          let inner = { name = package.name ^ "." ^ part; meta; folder = folder_of meta package.folder } in
          if exists inner then find_inner inner parts else None)

let find ?by name =
  let wanted = name ^ match by with None -> "" | Some other -> ", which " ^ other ^ " requires" in
  let parts = String.split_on_char '.' name in
  let valid = String.for_all (fun c -> c <> '/' && c <> '\000') name && not (List.mem "" parts) in
  match if valid then find_outer (List.hd parts) else None with
  | None ->
      problem
        "Cannot find package %s.\nFolders that were searched for its META file (OCAMLPATH, the standard library's%s):%s" wanted
        (if switch () = None then "" else ", opam's")
        (String.concat "" (List.map (fun folder -> "\n  " ^ folder) (search_path ())))
  | Some outer ->
      match find_inner outer (List.tl parts) with
      | Some package -> package
      | None -> problem "Cannot find package %s: package %s, in %s, has no such part." wanted outer.name outer.folder

let value package variable holding = Option.fold ~none:[] ~some:Meta.words (Meta.lookup package.meta variable holding)

external set_channel_name : in_channel -> string -> unit = "caml_ml_set_channel_name"

(* The digest of the .cmo or .cma in a file of native code; None for files that this machine would not load, as ocamlopt's. *)
let bytecode_digest file =
  match
    In_channel.with_open_bin file (fun ic ->
        set_channel_name ic "native plugin"; (* reads what is in it: loader/bootstrap/plugins.ts *)
        Digest.channel ic (-1))
  with
  | digest -> Some digest
  | exception (Failure _ | Sys_error _) -> None

(* The native code of an archive: beside it, made of the same bytes. *)
let native_of archive =
  let file = Filename.remove_extension archive ^ ".cmxs" in
  match if Sys.file_exists file then bytecode_digest file else None with
  | Some digest when (not (Sys.file_exists archive)) || Digest.file archive = digest -> Some file
  | _ -> None

(* The files to load: native code where there is some. *)
let archives package =
  let files variable predicates = List.map (inside package.folder) (value package variable predicates) in
  let bytecode = match files "archive" predicates with [] -> files "plugin" predicates | files -> files in
  if bytecode = [] then files "plugin" native_predicates
  else List.map (fun file -> Option.value (native_of file) ~default:file) bytecode

let error_formatter () = if !Sys.interactive then Format.std_formatter else Format.err_formatter

(* Packages that were loaded, by name. *)
let loaded = Hashtbl.create 10

let add_folder folder =
  if folder <> Config.standard_library && not (List.mem folder (Load_path.get_path_list ())) then
    Topdirs.dir_directory folder

let load_file file = if not (Topeval.load_file false (error_formatter ()) file) then problem "%s could not be loaded." file

(* A command that rewrites phrases, as -ppx takes it. *)
let use_rewriter { folder; _ } command =
  let command = if String.starts_with ~prefix:"./" command then Filename.concat folder command else command in
  Clflags.all_ppx := command :: !Clflags.all_ppx

(* Load a package after those that it requires; `path`: the packages that require it. *)
let rec load path name =
  if List.mem name path then
    problem "Package %s requires itself: %s." name (String.concat ", which requires " (List.rev (name :: path)));
  if not (Hashtbl.mem loaded name) then begin
    let package = find ?by:(match path with [] -> None | by :: _ -> Some by) name in
    List.iter (load (name :: path)) (value package "requires" predicates);
    Option.iter (problem "Package %s cannot be used: %s" name) (Meta.lookup package.meta "error" predicates);
    add_folder package.folder;
    List.iter load_file (archives package);
    Option.iter (use_rewriter package) (Meta.lookup package.meta "ppx" predicates);
    Hashtbl.replace loaded name ()
  end

let require names =
  try List.iter (load []) (Meta.words names)
  with Problem text ->
    Format.fprintf (error_formatter ()) "%s@." text;
    if not !Sys.interactive then raise (Compenv.Exit_with_status 125)

(* Names of packages that have a META file in a folder. *)
let names_in folder =
  let name entry =
    if Sys.file_exists (Filename.concat (Filename.concat folder entry) "META") then Some entry
    else if String.starts_with ~prefix:"META." entry then Some (String.sub entry 5 (String.length entry - 5))
    else None
  in
  match Sys.readdir folder with
  | entries -> List.filter_map name (Array.to_list entries)
  | exception Sys_error _ -> []

let rec print_package package =
  let version = Option.value (Meta.lookup package.meta "version" predicates) ~default:"none" in
  Format.printf "%-30s (version: %s)@." package.name version;
  List.iter
    (fun (part, _) -> Option.iter print_package (find_inner package [ part ]))
    (List.sort compare package.meta.packages)

let list () =
  List.concat_map names_in (search_path ())
  |> List.sort_uniq compare
  |> List.iter (fun name ->
         match find_outer name with
         | Some package -> print_package package
         | None -> ()
         | exception Problem text -> Format.printf "%s@." text)

let () =
  Toploop.add_directive "require" (Directive_string require)
    { section = "Loading code"; doc = "Load the packages of these names, as findlib knows them, and those that they require." };
  Toploop.add_directive "thread" (Directive_none (fun () -> require "threads"))
    { section = "Loading code"; doc = "Load the package threads." };
  Toploop.add_directive "list" (Directive_none list)
    { section = "Loading code"; doc = "List the packages that #require finds." }
