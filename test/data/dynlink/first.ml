(* The first of three units, each of which may be in another tier. *)
exception Overdrawn of string * float

type account = { name : string; mutable balance : float; mutable history : float list }

let account name balance = { name; balance; history = [] }

let change account amount =
  if account.balance +. amount < 0.0 then raise (Overdrawn (account.name, account.balance));
  account.balance <- account.balance +. amount;
  account.history <- amount :: account.history

let rec fold f acc = function [] -> acc | x :: l -> fold f (f acc x) l
