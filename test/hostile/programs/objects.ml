(* Objects, classes and inheritance. *)
class account initial = object (self)
  val mutable balance : int = initial
  method balance = balance
  method private check n = if n > balance then failwith "poor"
  method deposit n = balance <- balance + n
  method withdraw n = self#check n; balance <- balance - n
end

class checked initial limit = object
  inherit account initial as super
  method! deposit n = if n < limit then super#deposit n else invalid_arg "limit"
end

let () =
  let a = new account 10 and c = new checked 20 5 in
  a#deposit 5;
  c#deposit 4;
  let all = [a; (c :> account)] in
  List.iter (fun o -> print_int o#balance; print_newline ()) all;
  let copy = Oo.copy a in
  copy#withdraw 1;
  print_int (a#balance - copy#balance);
  print_newline ();
  (try c#deposit 6 with Invalid_argument s -> print_endline s);
  print_endline (object method name = "immediate" end)#name;
  a#withdraw 100
