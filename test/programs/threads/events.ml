(* Synchronous channels of module Event: a prime sieve and a choice. *)
open Event

let rec generate ch n = sync (send ch n); generate ch (n + 1)

let rec filter from into prime =
  let n = sync (receive from) in
  if n mod prime <> 0 then sync (send into n);
  filter from into prime

let primes count =
  let rec next ch k acc =
    if k = 0 then List.rev acc
    else begin
      let prime = sync (receive ch) in
      let out = new_channel () in
      ignore (Thread.create (fun () -> filter ch out prime) ());
      next out (k - 1) (prime :: acc)
    end
  in
  let first = new_channel () in
  ignore (Thread.create (generate first) 2);
  next first count []

let () =
  List.iter (Printf.printf "%d ") (primes 25);
  print_newline ();
  let a = new_channel () and b = new_channel () in
  ignore (Thread.create (fun () -> for i = 1 to 5 do sync (send a i) done) ());
  ignore (Thread.create (fun () -> for i = 1 to 5 do sync (send b (10 * i)) done) ());
  let sum = ref 0 in
  for _ = 1 to 10 do
    sum := !sum + select [ receive a; wrap (receive b) (fun x -> x + 1) ]
  done;
  Printf.printf "%d %b\n" !sum (poll (receive a) = None)
