(* What threads and plugins say. *)
let lock = Mutex.create ()
let notes : (string * int) list ref = ref []
let note text n = Mutex.protect lock (fun () -> notes := (text, n) :: !notes)

(* Lets other threads go on in the middle of a computation. *)
let busy n =
  let sum = ref 0 in
  for i = 1 to n do
    if i mod 50 = 0 then Thread.yield ();
    sum := !sum + List.length (List.init (i mod 20) string_of_int)
  done;
  !sum
