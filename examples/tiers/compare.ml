(* Loads one .cmo twice: as it is, and compiled to native code on the spot. *)
open Bactrian

let contents = In_channel.with_open_bin "life.cmo" In_channel.input_all

let measure (name, tier) =
  ignore (Loader.load ~tier ~name:"life.cmo" ~is_private:true contents);
  ignore (!Registry.run 20);
  let start = Sys.time () in
  let living = !Registry.run 200 in
  Printf.printf "%s: %d cells live, %.0f ms\n%!" name living (1000. *. (Sys.time () -. start))

let () = List.iter measure [ ("interpreted", Loader.Interpreted); ("native", Loader.Native) ]
