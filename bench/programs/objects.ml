(* Objects: virtual methods, inheritance, method calls through known and unknown classes, functional update.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

class virtual account (owner : int) =
  object (self)
    val mutable balance = 0
    val mutable history : int list = []
    method owner = owner
    method balance = balance
    method virtual fee : int -> int
    method private record n = history <- (if List.length history > 8 then [ n ] else n :: history)
    method deposit n =
      balance <- balance + n;
      self#record n
    method withdraw n =
      let cost = n + self#fee n in
      if cost <= balance then begin
        balance <- balance - cost;
        self#record (-cost)
      end
    method audit = List.fold_left ( + ) balance history
  end

class free owner =
  object
    inherit account owner
    method fee _ = 0
  end

class paid owner rate =
  object
    inherit account owner as super
    method fee n = 1 + (n * rate / 100)
    method! deposit n = super#deposit (n - 1)
    method! audit = super#audit * 2
  end

class point x y =
  object (self)
    val x = x
    val y = y
    method x : int = x
    method y : int = y
    method move dx dy = {<x = x + dx; y = y + dy>}
    method twice (f : int -> int) = (self#move (f x) (f y))#move 1 (-1)
  end

class ['a] stack =
  object
    val mutable items : 'a list = []
    method push v = items <- v :: items
    method pop = match items with [] -> None | v :: rest -> items <- rest; Some v
    method fold : 'b. ('b -> 'a -> 'b) -> 'b -> 'b = fun f init -> List.fold_left f init items
  end

(* Structural types: any object with the two methods. *)
let distance (o : < x : int; y : int; .. >) = abs o#x + abs o#y

let round seed =
  let accounts : account array =
    Array.init 8 (fun i -> if i land 1 = 0 then (new free i :> account) else (new paid i (i * seed mod 7) :> account))
  in
  for i = 1 to 1500 do
    let a = accounts.(i land 7) in
    a#deposit (i land 63);
    if i land 3 = 0 then a#withdraw (seed land 31)
  done;
  let p = ref (new point seed 1) and s = new stack in
  for i = 1 to 400 do
    p := !p#twice (fun v -> (v * i) land 15 - 7);
    s#push (distance !p);
    if i mod 5 = 0 then ignore s#pop
  done;
  let counter = object val mutable n = 0 method x = n method y = -n method tick = n <- n + 1 end in
  for _ = 1 to 500 do counter#tick done;
  Array.fold_left (fun sum a -> sum + a#audit + a#owner) (s#fold ( + ) (distance counter)) accounts

let () =
  let sum = ref 0 in
  for i = 1 to 40 * size do
    sum := (!sum + round i + round (i + 1)) land 0xffffffff
  done;
  Printf.printf "objects %d\n" !sum
