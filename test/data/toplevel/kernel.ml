exception Singular of int
type counter = { mutable calls : int; mutable last : float; name : string }
let counter = { calls = 0; last = 0.; name = "kernel" }
let square x = x * x
let half x = x / 2
let rec power x n = if n = 0 then 1 else if n land 1 = 0 then square (power x (half n)) else x * power x (n - 1)
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)
let map_twice f l = List.map (fun x -> f (f x)) l
let adder n = counter.calls <- counter.calls + 1; fun x -> x + n
let add3 a b c = a + b + c
let add_to_five = add3 2 3
let sum_with f a b = f a b + add_to_five 1
let check n = if n < 0 then raise (Singular n) else n
let checked_power x n = power x (check n)
let count n = let rec go i acc = if i = 0 then acc else go (i - 1) (acc + square i) in go n 0
module Make (X : sig val base : int end) = struct let scale x = square x * X.base let twice x = scale (scale x) end
module Ten = Make (struct let base = 10 end)
let labelled ~left ?(right = 2) x = left * right * x
let rec loop n = if n > 0 then loop (n - 1) else square 3
let calls () = counter.calls
let record f x = counter.calls <- counter.calls + 1; counter.last <- f x; counter.last
let compose f g = fun x -> f (g x)
let protect f x = try f x with Failure text -> "failure: " ^ text | Singular n -> "singular: " ^ string_of_int n
let print_counter ppf { calls; last; name } = Format.fprintf ppf "<%s: %d calls, last %g>" name calls last
let total = ref 0
let each f l = List.iter (fun x -> total := !total + f x) l
