(* A live heap of 1 GiB, built and then looked at once: records, lists, strings, tuples and float arrays. Argument: its
   size in percent. Each element takes 64 words of 8 bytes, headers included. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type element = { id : int; name : string; samples : float array; links : (int * string) list }

(* 4 + 1 header; name 2 + 1; samples 24 + 1; 5 links of (cons 2 + 1, pair 2 + 1); 1 word in the table: 64 words. *)
let element id =
  { id; name = Printf.sprintf "n%07d" id; samples = Array.make 24 (float_of_int id);
    links = List.init 5 (fun i -> (id + i, "")) }

let () =
  let table = Array.init (2_097_152 * size / 100) element in
  let sum = ref 0 in
  Array.iter
    (fun e -> sum := !sum + String.length e.name + int_of_float e.samples.(e.id mod 24) + fst (List.nth e.links 4) - e.id)
    table;
  Printf.printf "live_1g %d\n" !sum
