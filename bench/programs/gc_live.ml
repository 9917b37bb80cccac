(* A large live heap (about 90 MB) with mutation: old blocks come to point to new ones. Argument: work in percent;
   below 100 the heap is smaller, too. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type cell = { id : int; mutable value : string; mutable next : cell option; mutable others : cell list }

let cells = 60 * max 100 (min 10_000 (100 * size))
let fresh id = { id; value = string_of_int id; next = None; others = [] }

let () =
  let table = Array.init cells fresh in
  let state = ref 12345 in
  let random bound =
    state := ((!state * 25214903917) + 11) land 0xffffffffffff;
    (!state lsr 16) mod bound
  in
  for _ = 1 to 30_000 * size do
    let i = random cells and j = random cells in
    let c = table.(i) and d = table.(j) in
    match random 8 with
    | 0 | 1 -> c.next <- Some d
    | 2 -> c.others <- (match c.others with [] | [ _ ] | [ _; _ ] -> d :: c.others | _ -> [ d ])
    | 3 -> c.value <- c.value ^ "."
    | 4 -> table.(i) <- fresh c.id
    | 5 -> (match c.next with Some n -> n.others <- [] | None -> ())
    | _ -> if String.length d.value > 8 then d.value <- string_of_int d.id
  done;
  let sum = ref 0 in
  Array.iter (fun c -> sum := !sum + c.id + String.length c.value + List.length c.others) table;
  Printf.printf "gc_live %d\n" !sum
