(* Classes, inheritance, virtual methods, private methods, binary methods, self types, polymorphic methods, immediate objects. *)
class virtual ['a] collection = object (self)
  method virtual iter : ('a -> unit) -> unit
  method fold : 'b. ('b -> 'a -> 'b) -> 'b -> 'b = fun f init -> let r = ref init in self#iter (fun x -> r := f !r x); !r
  method size = self#fold (fun n _ -> n + 1) 0
  method to_list = List.rev (self#fold (fun l x -> x :: l) [])
end

class ['a] stack = object
  inherit ['a] collection
  val mutable items : 'a list = []
  method push x = items <- x :: items
  method pop = match items with [] -> None | x :: rest -> items <- rest; Some x
  method iter f = List.iter f items
end

class ['a] counting_stack = object
  inherit ['a] stack as super
  val mutable pushes = 0
  method! push x = pushes <- pushes + 1; super#push x
  method pushes = pushes
end

class point x y = object (self : 'self)
  val x = x
  val y = y
  method x = x
  method y = y
  method move dx dy = {< x = x + dx; y = y + dy >}
  method equal (other : 'self) = self#x = other#x && self#y = other#y
  method private secret = x * y
  method reveal = self#secret
  method to_string = Printf.sprintf "(%d,%d)" x y
end

class colored x y c = object
  inherit point x y as super
  val color : string = c
  method color = color
  method paint c = {< color = c >}
  method! to_string = super#to_string ^ ":" ^ color
  initializer Printf.printf "made %s\n" c
end

class type printable = object method to_string : string end
let print (p : #printable) = print_endline p#to_string

class account = object (self)
  val mutable balance = 0
  val mutable history = ([] : string list)
  method private log s = history <- s :: history
  method deposit n = if n <= 0 then invalid_arg "deposit"; balance <- balance + n; self#log (Printf.sprintf "+%d" n)
  method withdraw n = if n > balance then failwith "insufficient"; balance <- balance - n; self#log (Printf.sprintf "-%d" n)
  method report = Printf.sprintf "%d [%s]" balance (String.concat " " (List.rev history))
end

let () =
  let s = new counting_stack in
  List.iter s#push [ 1; 2; 3 ];
  ignore s#pop;
  Printf.printf "%d %d %d %s\n" s#size s#pushes (s#fold ( + ) 0) (String.concat " " (List.map string_of_int s#to_list));
  let p = new point 1 2 in
  let c = new colored 3 4 "red" in
  print p; print (p#move 10 10); print c; print ((c#move 1 1)#paint "blue");
  print (object method to_string = "immediate" end);
  Printf.printf "%b %b %d\n" (p#equal (new point 1 2)) (p#equal (p#move 1 0)) p#reveal;
  let things : printable list = [ (p :> printable); (c :> printable) ] in
  List.iter print things;
  let a = new account in
  a#deposit 50; a#withdraw 20;
  (try a#withdraw 100 with Failure s -> print_endline s);
  (try a#deposit 0 with Invalid_argument s -> print_endline s);
  print_endline a#report;
  let rec o = object (self) val mutable next = None method set n = next <- Some n method length : int = match next with None -> 1 | Some n -> 1 + n#length end in
  ignore o;
  let add o x = o#add x in
  Printf.printf "%d %s\n" (add (object method add x = x + 1 end) 1) (add (object method add x = x ^ "!" end) "hi");
  let module M = struct class virtual a = object method virtual v : int method twice = 2 * 1 end class b = object inherit a method v = 21 end end in
  Printf.printf "%d %d\n" (new M.b)#v (new M.b)#twice;
  let generator = let n = ref 0 in object method next = incr n; !n end in
  let one = generator#next in let two = generator#next in
  Printf.printf "%d %d %b\n" one two (Oo.id generator = Oo.id generator)
