(* Constants of all kinds, closures both ways, exceptions, recursion. *)
exception Odd of int

type shape = Square of float | Circle of { radius : float }

let pi = 3.25
let words = [| "one"; "two" |]
let shapes = [ Square 2.0; Circle { radius = 1.0 } ]
let big = 0x1_0000_0000L

let area = function Square side -> side *. side | Circle { radius } -> pi *. radius *. radius
let half n = if n land 1 = 1 then raise (Odd n) else n / 2
let twice f x = f (f x)
let adder n = fun m -> n + m
let rec count n = if n = 0 then 0 else 1 + count (n - 1)
let rec sum = function [] -> 0 | x :: l -> !Registry.transform x + sum l
let shout n = raise (Odd n)

let () =
  Printf.printf "plugin: %s\n" (Registry.tier (Obj.repr sum));
  Printf.printf "%s %.3f %Ld %s\n" words.(1) (List.fold_left (fun a s -> a +. area s) 0.0 shapes)
    (Int64.add big 1L) (String.concat "," (List.map string_of_int [ half 10; twice half 12 ]));
  (try ignore (half 3) with Odd n -> Printf.printf "odd %d\n" n);
  Hashtbl.replace Registry.functions "sum" sum;
  let old = !Registry.transform in
  Registry.transform := (fun x -> old (x + 100))
