(* Producers and consumers around a bounded queue, with a mutex and two conditions. *)
let capacity = 4
let queue = Queue.create ()
let mutex = Mutex.create ()
let not_empty = Condition.create ()
let not_full = Condition.create ()

let put x =
  Mutex.lock mutex;
  while Queue.length queue >= capacity do Condition.wait not_full mutex done;
  Queue.push x queue;
  Condition.signal not_empty;
  Mutex.unlock mutex

let take () =
  Mutex.lock mutex;
  while Queue.is_empty queue do Condition.wait not_empty mutex done;
  let x = Queue.pop queue in
  Condition.signal not_full;
  Mutex.unlock mutex;
  x

let () =
  let producers = List.init 3 (fun p -> Thread.create (fun () -> for i = 1 to 200 do put ((1000 * p) + i) done) ()) in
  let sums = Array.make 2 0 and counts = Array.make 2 0 in
  let consumers =
    List.init 2 (fun c ->
        Thread.create
          (fun () ->
            let rec loop () =
              let x = take () in
              if x >= 0 then begin
                sums.(c) <- sums.(c) + x;
                counts.(c) <- counts.(c) + 1;
                if x mod 7 = 0 then Thread.yield ();
                loop ()
              end
            in
            loop ())
          ())
  in
  List.iter Thread.join producers;
  put (-1);
  put (-1);
  List.iter Thread.join consumers;
  Printf.printf "sum %d count %d\n" (sums.(0) + sums.(1)) (counts.(0) + counts.(1))
