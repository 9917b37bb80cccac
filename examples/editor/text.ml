type t = { mutable lines : string array; mutable count : int; mutable history : string array list }

exception No_line of int

let of_string text =
  let lines = Array.of_list (String.split_on_char '\n' text) in
  let last = Array.length lines - 1 in
  { lines; count = (if lines.(last) = "" then last else last + 1); history = [] }

let length t = t.count
let contents t = Array.sub t.lines 0 t.count
let to_string t = String.concat "" (List.map (fun line -> line ^ "\n") (Array.to_list (contents t)))
let check t n last = if n < 1 || n > last then raise (No_line n) else ignore t

let line t n =
  check t n t.count;
  t.lines.(n - 1)

let insert t n line =
  check t n (t.count + 1);
  if t.count = Array.length t.lines then t.lines <- Array.append t.lines (Array.make (t.count + 8) "");
  Array.blit t.lines (n - 1) t.lines n (t.count - n + 1);
  t.lines.(n - 1) <- line;
  t.count <- t.count + 1

let delete t n =
  check t n t.count;
  Array.blit t.lines n t.lines (n - 1) (t.count - n);
  t.count <- t.count - 1

let set t lines =
  t.lines <- lines;
  t.count <- Array.length lines

let map t f = set t (Array.map f (contents t))
let filter t keep = set t (Array.of_list (List.filter keep (Array.to_list (contents t))))
let iter t f = Array.iteri (fun i line -> f (i + 1) line) (contents t)
let fold t f start = Array.fold_left f start (contents t)

let change t act =
  let before = contents t in
  match act () with
  | result ->
      if contents t <> before then t.history <- before :: t.history;
      result
  | exception exn ->
      set t before;
      raise exn

let undo t =
  match t.history with
  | [] -> false
  | before :: history ->
      set t before;
      t.history <- history;
      true
