(* Closures, partial application, mutual recursion, references, strings and floats; ends normally. *)
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)

let compose f g x = f (g x)
let rec map f = function [] -> [] | x :: rest -> let y = f x in y :: map f rest
let rec fold f acc = function [] -> acc | x :: rest -> fold f (f acc x) rest
let add3 a b c = a + b + c
let counter () = let n = ref 0 in fun () -> incr n; !n

type shape = Circle of float | Rectangle of float * float | Point

let area = function Circle r -> 3.0 *. r *. r | Rectangle (a, b) -> a *. b | Point -> 0.0

let () =
  let tick = counter () in
  let numbers = map (compose (add3 1 2) (fun x -> x * x)) [1; 2; 3; 4] in
  for _ = 1 to 3 do ignore (tick ()) done;
  print_string (if even 10 && odd 7 then "parity " else "wrong ");
  print_int (fold ( + ) 0 numbers);
  print_char ' ';
  print_int (tick ());
  print_char ' ';
  print_float (fold (fun acc s -> acc +. area s) 0.5 [Circle 2.0; Rectangle (3.0, 4.0); Point]);
  print_newline ();
  let a = [| 5; 3; 9; 1 |] in
  for i = 0 to 3 do
    for j = 0 to 2 do
      if a.(j) > a.(j + 1) then (let t = a.(j) in a.(j) <- a.(j + 1); a.(j + 1) <- t)
    done
  done;
  print_endline (fold (fun s n -> s ^ string_of_int n ^ ";") "" [a.(0); a.(1); a.(2); a.(3)]);
  exit 7
