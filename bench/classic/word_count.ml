(* Words of a made-up text, counted in hash tables and sorted by how often they occur. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

module Words = Hashtbl.Make (struct
  type t = string
  let equal = String.equal
  let hash = Hashtbl.hash
end)

let syllables = [| "ka"; "mel"; "tra"; "ba"; "no"; "si"; "ru"; "lo"; "dre"; "pi"; "um"; "es" |]

let text seed length =
  let b = Buffer.create length and state = ref seed in
  let random n =
    state := ((!state * 1103515245) + 12345) land 0x3fffffff;
    (!state lsr 9) mod n
  in
  while Buffer.length b < length do
    for _ = 0 to random 4 do Buffer.add_string b syllables.(min (random 12) (random 12)) done;
    Buffer.add_string b (if random 8 = 0 then ", " else if random 30 = 0 then ".\n" else " ")
  done;
  Buffer.contents b

let letter = function 'a' .. 'z' -> true | _ -> false

(** Calls f for each word. *)
let each_word f text =
  let n = String.length text in
  let rec skip i = if i < n then if letter text.[i] then word i (i + 1) else skip (i + 1)
  and word start i =
    if i < n && letter text.[i] then word start (i + 1)
    else begin
      f (String.sub text start (i - start));
      skip i
    end
  in
  skip 0

let generic text =
  let counts = Hashtbl.create 16 in
  each_word (fun w -> Hashtbl.replace counts w (1 + Option.value ~default:0 (Hashtbl.find_opt counts w))) text;
  Hashtbl.fold (fun w n l -> (w, n) :: l) counts []

let specific text =
  let counts = Words.create 16 in
  let count w = match Words.find counts w with n -> incr n | exception Not_found -> Words.add counts w (ref 1) in
  each_word count text;
  Words.fold (fun w n l -> (w, !n) :: l) counts []

let ranking l = List.sort (fun (v, m) (w, n) -> match Int.compare n m with 0 -> String.compare v w | c -> c) l

let () =
  let sum = ref 0 and top = ref "" in
  for i = 1 to size do
    let t = text i 40_000 in
    let a = ranking (generic t) and b = ranking (specific t) in
    if a <> b then failwith "word_count";
    let word, n = List.hd a in
    top := word;
    sum := !sum + n + List.length a
  done;
  Printf.printf "word_count %d %s\n" !sum !top
