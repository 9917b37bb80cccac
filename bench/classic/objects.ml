(* Objects: a simulation of particles of several classes, with inheritance, virtual methods and messages to objects
   whose class is not known. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

class virtual particle (x : int) (y : int) =
  object (self)
    val mutable x = x
    val mutable y = y
    val mutable age = 0
    method x = x
    method y = y
    method age = age
    method virtual weight : int
    method virtual private dx : int
    method private dy = 1
    method move =
      x <- (x + self#dx) land 1023;
      y <- (y + self#dy) land 1023;
      age <- age + 1
    method alive = age < 400
    method near (other : particle) = abs (x - other#x) + abs (y - other#y) < 8
    method meet (other : particle) = if other#weight > self#weight then age <- age + 1
  end

class stone x y =
  object
    inherit particle x y
    method weight = 9
    method private dx = 0
    method! meet _ = ()
  end

class fly x y =
  object (self)
    inherit particle x y as super
    val mutable turn = 0
    method weight = 1
    method private dx = if turn land 1 = 0 then 3 else -2
    method! private dy = (turn land 3) - 1
    method! move =
      turn <- turn + self#weight;
      super#move
  end

class bee x y =
  object
    inherit fly x y as super
    val mutable met = 0
    method! weight = 2 + (met land 3)
    method! meet other =
      met <- met + 1;
      super#meet other
    method! alive = super#alive || met < 5
  end

class ['a] store =
  object
    val mutable items : 'a list = []
    method add x = items <- x :: items
    method keep p = items <- List.filter p items
    method fold : 'b. ('b -> 'a -> 'b) -> 'b -> 'b = fun f start -> List.fold_left f start items
    method iter f = List.iter f items
  end

let create i : particle =
  let x = i * 37 land 1023 and y = i * 91 land 1023 in
  match i mod 5 with
  | 0 -> (new stone x y :> particle)
  | 1 | 2 -> (new fly x y :> particle)
  | _ -> (new bee x y :> particle)

(** Any object that counts, whatever its class. *)
let weigh l = List.fold_left (fun sum o -> sum + o#weight) 0 l

let () =
  let all = new store and made = ref 0 and sum = ref 0 in
  for step = 1 to 40 * size do
    for _ = 1 to 2 do
      incr made;
      all#add (create !made)
    done;
    all#iter (fun p -> p#move);
    let leader = create step in
    all#iter (fun p -> if p#near leader then p#meet leader);
    all#keep (fun p -> p#alive);
    sum := (!sum + all#fold (fun s p -> s + (p#x * p#weight) + p#y) 0) land 0xffffffff
  done;
  let heavy = weigh [ object method weight = 7 end; object method weight = !made end ] in
  Printf.printf "objects %d %d\n" !sum heavy
