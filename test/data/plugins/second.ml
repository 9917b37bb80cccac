(* A unit that needs another one of its library. *)
let () =
  Printf.printf "second: %d %.1f %d\n" (Plugin.twice (Plugin.adder 5) 1) (Plugin.area (Plugin.Square 3.0)) (Plugin.count 1000);
  Hashtbl.replace Registry.functions "second" (fun l -> Plugin.sum l + 1)

let answer = 42
