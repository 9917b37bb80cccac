(* Needs both. *)
let () =
  let ann = First.account "Ann" 10.0 and bob = First.account "Bob" 2.5 in
  let move from into amount () = Second.transfer from into amount in
  let said = List.map Second.attempt [ move ann bob 4.0; move bob ann 100.0; move bob ann 6.5; move bob ann 0.01 ] in
  Printf.printf "%s; %.2f in all, %d changes\n" (String.concat ", " said) (Second.total [ ann; bob ])
    (First.fold (fun n (a : First.account) -> n + List.length a.history) 0 [ ann; bob ]);
  (try First.change bob (-1.0) with First.Overdrawn (name, _) -> Printf.printf "%s is overdrawn\n" name);
  Printf.printf "%s, %s, %s\n" (Registry.tier First.change) (Registry.tier Second.transfer) (Registry.tier move)
