(* Queens that do not attack each other: boards as lists, and as sets of bits. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec safe column distance = function
  | [] -> true
  | q :: rest -> q <> column && abs (q - column) <> distance && safe column (distance + 1) rest

let rec boards n = function
  | 0 -> [ [] ]
  | rows ->
      let columns = List.init n Fun.id in
      List.concat_map
        (fun board -> List.filter_map (fun c -> if safe c 1 board then Some (c :: board) else None) columns)
        (boards n (rows - 1))

let count n =
  let all = (1 lsl n) - 1 in
  let rec row columns left right =
    if columns = all then 1
    else begin
      let free = ref (all land lnot (columns lor left lor right)) and sum = ref 0 in
      while !free <> 0 do
        let bit = !free land - !free in
        free := !free lxor bit;
        sum := !sum + row (columns lor bit) ((left lor bit) lsl 1) ((right lor bit) lsr 1)
      done;
      !sum
    end
  in
  row 0 0 0

let () =
  let sum = ref 0 in
  for i = 1 to 3 * size do
    sum := !sum + List.length (boards 9 9) + count (10 + (i land 1))
  done;
  Printf.printf "nqueens %d\n" !sum
