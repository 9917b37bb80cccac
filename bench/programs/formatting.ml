(* Printf and Format: numbers, padding, tables, boxes; output to strings. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type expression = Number of float | Name of string | Apply of string * expression list

let rec sample depth seed =
  if depth = 0 then if seed land 1 = 0 then Number (float_of_int seed /. 8.) else Name (Printf.sprintf "v%d" seed)
  else Apply ((if seed land 2 = 0 then "sum" else "product"), List.init 3 (fun i -> sample (depth - 1) (seed + i)))

let rec print f = function
  | Number x -> Format.fprintf f "%.3g" x
  | Name n -> Format.pp_print_string f n
  | Apply (name, args) ->
      Format.fprintf f "@[<hov 2>%s(%a)@]" name
        (Format.pp_print_list ~pp_sep:(fun f () -> Format.fprintf f ",@ ") print)
        args

let table b rows =
  Printf.bprintf b "%-12s|%8s|%10s|%6s\n" "name" "count" "mean" "hex";
  for i = 1 to rows do
    Printf.bprintf b "%-12s|%8d|%10.3f|%06x\n" (Printf.sprintf "row %d" i) (i * i) (float_of_int i /. 7.) (i * 4099);
    if i mod 4 = 0 then Printf.bprintf b "%+d %c %S %b %Ld %*d\n" i 'x' "a\tb" (i land 1 = 0) (Int64.of_int i) 7 i
  done

let round seed =
  let b = Buffer.create 1000 in
  table b 60;
  let text = Format.asprintf "@[<v>%a@,%a@]" print (sample 3 seed) print (sample 2 (seed + 1)) in
  let message = Printf.ksprintf String.length "%s/%d/%e" (string_of_int seed) seed (float_of_int seed) in
  Hashtbl.hash (Buffer.contents b) + Hashtbl.hash text + String.length text + message

let () =
  let sum = ref 0 in
  for i = 1 to 20 * size do
    sum := (!sum + round i + round (i + 1000)) land 0xffffffff
  done;
  Printf.printf "formatting %d\n" !sum
