(* Needs the unit before it in its library. *)
let total = List.fold_left (fun sum shape -> sum +. Plugin.area shape) 0.0 Plugin.shapes
let halves = List.filter_map (fun n -> try Some (Plugin.half n) with Plugin.Odd _ -> None) [ 1; 2; 3; 4 ]
