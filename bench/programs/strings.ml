(* Strings: text built in a Buffer, cut into words, joined, searched and changed. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let syllables = [| "ka"; "mel"; "bac"; "tri"; "an"; "o"; "ste"; "ppe"; "hu"; "mp" |]

let text seed words =
  let b = Buffer.create 256 and state = ref seed in
  for i = 1 to words do
    for _ = 0 to !state land 3 do
      state := ((!state * 69069) + 1) land 0xffffff;
      Buffer.add_string b syllables.((!state lsr 8) mod Array.length syllables)
    done;
    Buffer.add_char b (if i mod 12 = 0 then '\n' else ' ')
  done;
  Buffer.contents b

(* Words by hand, character by character. *)
let words s =
  let found = ref [] and start = ref (-1) in
  String.iteri
    (fun i c ->
      match c with
      | 'a' .. 'z' | 'A' .. 'Z' -> if !start < 0 then start := i
      | _ ->
          if !start >= 0 then found := String.sub s !start (i - !start) :: !found;
          start := -1)
    s;
  List.rev !found

let occurrences pattern s =
  let n = String.length pattern and count = ref 0 in
  for i = 0 to String.length s - n do
    let j = ref 0 in
    while !j < n && s.[i + !j] = pattern.[!j] do incr j done;
    if !j = n then incr count
  done;
  !count

let is_palindrome w =
  let n = String.length w in
  let rec from i = i >= n / 2 || (w.[i] = w.[n - 1 - i] && from (i + 1)) in
  from 0

let checksum s =
  let h = ref 0 in
  for i = 0 to String.length s - 1 do
    h := ((!h * 31) + Char.code s.[i]) land 0x3fffffff
  done;
  !h

let round seed =
  let s = text seed 700 in
  let ws = words s in
  let lines = String.split_on_char '\n' s in
  let capitalised = String.concat "-" (List.map String.capitalize_ascii ws) in
  let rotated = String.map (fun c -> if c >= 'a' && c <= 'z' then Char.chr (((Char.code c - 84) mod 26) + 97) else c) s in
  let numbers = List.fold_left (fun n w -> n + int_of_string (string_of_int (String.length w))) 0 ws in
  let longest = List.fold_left (fun a w -> if String.length w > String.length a then w else a) "" ws in
  let joined = List.fold_left (fun a l -> if String.length a > 400 then l else a ^ "|" ^ String.trim l) "" lines in
  checksum capitalised + checksum rotated + occurrences "bac" s + numbers + String.length longest + checksum joined
  + List.length (List.filter is_palindrome ws)
  + List.length (List.sort_uniq String.compare ws)

let () =
  let sum = ref 0 in
  for i = 1 to 8 * size do
    sum := !sum lxor (round (i * 17) + round (i * 23))
  done;
  Printf.printf "strings %d\n" !sum
