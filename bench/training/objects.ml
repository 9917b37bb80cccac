(* Training: objects in a simulation with events, observers and a visitor; class-less objects, private state, binary methods.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

class type observer = object
  method notify : int -> unit
end

class subject =
  object
    val mutable observers : observer list = []
    method attach (o : observer) = observers <- o :: observers
    method private tell n = List.iter (fun (o : observer) -> o#notify n) observers
  end

class sensor id =
  object (self)
    inherit subject
    val mutable reading = id
    method step time =
      reading <- ((reading * 5) + time) land 63;
      if reading > 40 then self#tell reading
  end

class counter =
  object
    val mutable count = 0
    val mutable total = 0
    method notify n =
      count <- count + 1;
      total <- total + n
    method mean = if count = 0 then 0 else total / count
    method total = total
  end

class loud_counter limit =
  object (self)
    inherit counter as base
    val mutable alarms = 0
    method! notify n =
      base#notify n;
      if n > limit then self#alarm
    method alarm = alarms <- alarms + 1
    method! mean = base#mean + alarms
  end

class virtual visitor =
  object
    method virtual number : int -> int
    method virtual add : shape -> shape -> int
  end

and virtual shape =
  object
    method virtual accept : visitor -> int
  end

class number n =
  object
    inherit shape
    method accept v = v#number n
  end

class add a b =
  object
    inherit shape
    method accept v = v#add a b
  end

class evaluator =
  object (self)
    inherit visitor
    method number n = n
    method add a b = (a#accept (self :> visitor) + b#accept (self :> visitor)) land 0xffff
  end

class depth =
  object (self)
    inherit visitor
    method number _ = 1
    method add a b = 1 + max (a#accept (self :> visitor)) (b#accept (self :> visitor))
  end

class money (cents : int) =
  object (_ : 'self)
    val cents = cents
    method cents = cents
    method plus (other : 'self) = {<cents = cents + other#cents>}
    method less (other : 'self) = cents < other#cents
  end

let rec build n : shape = if n < 2 then new number n else new add (build (n / 2)) (build (n - (n / 2) - 1))

let () =
  let sum = ref 0 in
  for i = 1 to 1200 * size do
    let sensors = Array.init 6 (fun id -> new sensor (id + i)) in
    let quiet = new counter and loud = new loud_counter 55 in
    Array.iteri (fun k s -> s#attach (if k land 1 = 0 then (quiet :> observer) else (loud :> observer))) sensors;
    for time = 1 to 25 do Array.iter (fun s -> s#step time) sensors done;
    let tree = build (20 + (i land 15)) in
    let prices = List.init 20 (fun k -> new money ((k * i) land 1023)) in
    let most = List.fold_left (fun a b -> if a#less b then b else a) (new money 0) prices in
    let all = List.fold_left (fun a b -> a#plus b) most prices in
    let self_made = object (self) method twice n = self#once (self#once n) method once n = (n * 3) + i end in
    sum := !sum + quiet#mean + loud#mean + loud#total + tree#accept (new evaluator) + tree#accept (new depth)
           + all#cents + (self_made#twice 1 land 255)
  done;
  Printf.printf "objects %d\n" !sum
