(* Edit distance and longest common subsequence of strings, row by row and with a table. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let distance a b =
  let n = String.length b in
  let row = Array.init (n + 1) Fun.id in
  String.iteri
    (fun i c ->
      let diagonal = ref row.(0) in
      row.(0) <- i + 1;
      for j = 1 to n do
        let above = row.(j) in
        let changed = if c = b.[j - 1] then !diagonal else 1 + min !diagonal (min above row.(j - 1)) in
        diagonal := above;
        row.(j) <- changed
      done)
    a;
  row.(n)

let common a b =
  let m = String.length a and n = String.length b in
  let table = Array.make_matrix (m + 1) (n + 1) 0 in
  for i = 1 to m do
    for j = 1 to n do
      table.(i).(j) <-
        (if a.[i - 1] = b.[j - 1] then table.(i - 1).(j - 1) + 1
         else
           let x = table.(i - 1).(j) and y = table.(i).(j - 1) in
           if x > y then x else y)
    done
  done;
  let rec back i j letters =
    if i = 0 || j = 0 then String.of_seq (List.to_seq letters)
    else if a.[i - 1] = b.[j - 1] then back (i - 1) (j - 1) (a.[i - 1] :: letters)
    else if table.(i - 1).(j) >= table.(i).(j - 1) then back (i - 1) j letters
    else back i (j - 1) letters
  in
  back m n []

let text seed length =
  let state = ref seed in
  String.init length (fun _ ->
      state := ((!state * 1103515245) + 12345) land 0x3fffffff;
      "acgt".[(!state lsr 12) land 3])

let () =
  let sum = ref 0 in
  for i = 1 to size do
    let a = text i 600 and b = text (i + 7) 550 in
    sum := !sum + distance a b + String.length (common a b)
  done;
  Printf.printf "levenshtein %d\n" !sum
