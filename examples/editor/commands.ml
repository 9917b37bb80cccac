type command = Text.t -> string list -> unit
type entry = { script : string; doc : string; run : command }

let table : (string, entry) Hashtbl.t = Hashtbl.create 16
let current = ref "editor"
let define name ~doc run = Hashtbl.replace table name { script = !current; doc; run }

let unload script =
  let names = Hashtbl.fold (fun name entry names -> if entry.script = script then name :: names else names) table [] in
  List.iter (Hashtbl.remove table) names;
  names <> []

let loading script act =
  let before = Hashtbl.copy table and outer = !current in
  ignore (unload script);
  current := script;
  Fun.protect
    ~finally:(fun () -> current := outer)
    (fun () ->
      try act ()
      with exn ->
        Hashtbl.reset table;
        Hashtbl.iter (Hashtbl.replace table) before;
        raise exn)

let find name = Option.map (fun entry -> entry.run) (Hashtbl.find_opt table name)

let list () =
  Hashtbl.fold (fun name { script; doc; _ } all -> (name, script, doc) :: all) table [] |> List.sort compare
