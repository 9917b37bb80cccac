(* Needs the first: its exception, its records and a function that takes closures. *)
open First

let transfer from into amount =
  change from (-.amount);
  change into amount

let total accounts = fold (fun sum { balance; _ } -> sum +. balance) 0.0 accounts
let attempt f = match f () with () -> "done" | exception Overdrawn (name, balance) -> Printf.sprintf "%s has %.2f" name balance
