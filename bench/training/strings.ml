(* Training: base 64, Knuth's, Morris's and Pratt's search, fields of comma-separated lines, numbers as words, edit distance.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

let base64 s =
  let n = String.length s in
  let out = Bytes.make ((n + 2) / 3 * 4) '=' in
  let byte i = if i < n then Char.code (String.unsafe_get s i) else 0 in
  let at = ref 0 and i = ref 0 in
  while !i < n do
    let bits = (byte !i lsl 16) lor (byte (!i + 1) lsl 8) lor byte (!i + 2) in
    for k = 0 to min 3 (n - !i) do
      Bytes.set out (!at + k) alphabet.[(bits lsr (18 - (6 * k))) land 63]
    done;
    at := !at + 4;
    i := !i + 3
  done;
  Bytes.unsafe_to_string out

let search pattern text =
  let m = String.length pattern in
  let next = Array.make (m + 1) 0 in
  let rec fall k c = if k > 0 && pattern.[k] <> c then fall next.(k) c else if pattern.[k] = c then k + 1 else 0 in
  for i = 1 to m - 1 do next.(i + 1) <- fall next.(i) pattern.[i] done;
  let k = ref 0 and found = ref 0 in
  String.iter
    (fun c ->
      k := fall (if !k = m then next.(m) else !k) c;
      if !k = m then incr found)
    text;
  !found

let fields line =
  let b = Buffer.create 16 and out = ref [] and quoted = ref false in
  let flush () = out := Buffer.contents b :: !out; Buffer.clear b in
  String.iter
    (function
      | '"' -> quoted := not !quoted
      | ',' when not !quoted -> flush ()
      | c -> Buffer.add_char b c)
    line;
  flush ();
  List.rev !out

let small = [| "zero"; "one"; "two"; "three"; "four"; "five"; "six"; "seven"; "eight"; "nine"; "ten"; "eleven"; "twelve" |]

let rec words n =
  if n < 0 then "minus " ^ words (-n)
  else if n < Array.length small then small.(n)
  else if n < 100 then String.concat "-" [ "ten times " ^ words (n / 10); words (n mod 10) ]
  else words (n / 100) ^ " hundred" ^ if n mod 100 = 0 then "" else " and " ^ words (n mod 100)

let distance a b =
  let previous = ref (Array.init (String.length b + 1) Fun.id) in
  String.iteri
    (fun i c ->
      let row = Array.make (String.length b + 1) (i + 1) in
      String.iteri
        (fun j d ->
          let cost = if Char.equal c d then 0 else 1 in
          row.(j + 1) <- min (min (row.(j) + 1) (!previous.(j + 1) + 1)) (!previous.(j) + cost))
        b;
      previous := row)
    a;
  !previous.(String.length b)

let reverse s =
  let n = String.length s in
  String.init n (fun i -> s.[n - 1 - i])

let () =
  let sum = ref 0 in
  for i = 1 to 75 * size do
    let spoken = words (i * 7919) in
    let encoded = base64 (spoken ^ "|" ^ reverse spoken) in
    let line = Printf.sprintf "%d,\"%s, quoted\",%s,,%x" i spoken (String.lowercase_ascii encoded) i in
    let repeated = String.concat "" (List.init 12 (fun k -> if k land 1 = 0 then spoken else "hund")) in
    sum := !sum + search "hund" repeated + List.length (fields line) + distance (String.sub encoded 0 24) spoken;
    if String.starts_with ~prefix:"ten" spoken && String.contains spoken '-' then incr sum;
    match String.index_from_opt encoded 5 'e', String.rindex_opt spoken 'o' with
    | Some a, Some b -> sum := (!sum * 3 + a + b) land 0xffffffff
    | _ -> decr sum
  done;
  Printf.printf "strings %d\n" !sum
