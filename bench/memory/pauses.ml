(* A live heap of 500 MB that is changed all the time while new blocks are made: what an incremental collector has to
   do without stopping for long. Argument: size of the heap and amount of work in percent.

   With BENCH_PAUSES set, the longest steps are written to stderr: processor time between two ticks that are a few
   dozen µs of work apart, in ms. (The standard library has no clock of real time; processor time contains that of
   helper threads, so pauses come out rather too long than too short.) *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type node = { key : int; mutable left : node option; mutable right : node option; mutable data : int list }

let nodes = 30_000 * size

(* 14 words with its list, and one in the table; those that are held by other nodes make up the rest. *)
let fresh key = { key; left = None; right = None; data = [ key; key + 1; key + 2 ] }

let state = ref 987654321

let random bound =
  state := ((!state * 25214903917) + 11) land 0xffffffffffff;
  (!state lsr 16) mod bound

(* Some hundred allocations and a hundred changes to old blocks. *)
let step table =
  for _ = 1 to 50 do
    let i = random nodes and j = random nodes in
    let a = table.(i) and b = table.(j) in
    match random 4 with
    | 0 -> a.left <- Some b
    | 1 -> a.right <- Some (fresh b.key)
    | 2 -> a.data <- List.map succ a.data
    | _ -> table.(i) <- { (fresh a.key) with left = a.left }
  done

let longest = Array.make 5 0.

let tick =
  let last = ref (Sys.time ()) in
  fun () ->
    let now = Sys.time () in
    let passed = now -. !last in
    last := now;
    let rec insert i passed =
      if i < Array.length longest then begin
        let other = longest.(i) in
        longest.(i) <- Float.max passed other;
        insert (i + 1) (Float.min passed other)
      end
    in
    if passed > longest.(4) then insert 0 passed

let () =
  let table = Array.init nodes fresh in
  tick ();
  Array.fill longest 0 5 0.;
  for _ = 1 to 1000 * size do
    step table;
    tick ()
  done;
  let key = function Some n -> n.key | None -> 0 in
  let digest sum n = ((sum * 31) + key n.left + key n.right + List.fold_left ( + ) n.key n.data) land 0xffffffff in
  let sum = Array.fold_left digest 0 table in
  Printf.printf "pauses %d\n" sum;
  if Sys.getenv_opt "BENCH_PAUSES" <> None then
    Printf.eprintf "longest steps: %s ms\n"
      (String.concat ", " (List.map (fun s -> Printf.sprintf "%.2f" (s *. 1000.)) (Array.to_list longest)))
