(* The sieve of Eratosthenes, on an array of truth values and on bytes. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let primes_of_array n =
  let composite = Array.make (n + 1) false and count = ref 0 in
  for i = 2 to n do
    if not composite.(i) then begin
      incr count;
      let j = ref (i * i) in
      while !j <= n do
        composite.(!j) <- true;
        j := !j + i
      done
    end
  done;
  !count

let primes_of_bytes n =
  let composite = Bytes.make (n + 1) '\000' in
  let rec strike step i =
    if i <= n then begin
      Bytes.set composite i '\001';
      strike step (i + step)
    end
  in
  let rec go count i =
    if i > n then count
    else if Bytes.get composite i = '\001' then go count (i + 1)
    else begin
      strike i (i * i);
      go (count + 1) (i + 1)
    end
  in
  go 0 2

let () =
  let sum = ref 0 in
  for i = 1 to size do
    sum := !sum + primes_of_array (300_000 + i) + primes_of_bytes (1_000_000 + i)
  done;
  Printf.printf "sieve %d\n" !sum
