let lock = Mutex.create ()

(* Files in memory, the newest first. There are few at a time, and loads that threads do at a time have different names. *)
let files : (string * (unit -> in_channel)) list Atomic.t = Atomic.make []

let rec update change =
  let old = Atomic.get files in
  if not (Atomic.compare_and_set files old (change old)) then update change

let open_in_memory name = Option.map (fun open_file -> open_file ()) (List.assoc_opt name (Atomic.get files))

let with_file name open_file f =
  update (fun files -> (name, open_file) :: files);
  Fun.protect f ~finally:(fun () -> update (List.remove_assoc name))

type linked = {
  descriptor : Dynlink_cmo_format.compilation_unit;
  file : string;
  code : Digest.t;
  is_private : bool;
  slot : int;
  start : unit -> Obj.t;
}

let linked = ref []
let add unit = linked := unit :: !linked
let forget descriptors = linked := List.filter (fun unit -> not (List.memq unit.descriptor descriptors)) !linked

external global_data : unit -> Obj.t array = "caml_get_global_data"

let value { slot; _ } =
  let value = (global_data ()).(slot) in
  if Obj.is_int value then None else Some value

let all () = List.rev (List.filter (fun unit -> value unit <> None) !linked)
