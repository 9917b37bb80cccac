(* Integer loops with references: sieve of Eratosthenes, Pythagorean triples, a linear congruential generator.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let sieve limit =
  let composite = Bytes.make (limit + 1) '\000' in
  let count = ref 0 in
  for i = 2 to limit do
    if Bytes.get composite i = '\000' then begin
      incr count;
      let j = ref (i * i) in
      while !j <= limit do
        Bytes.set composite !j '\001';
        j := !j + i
      done
    end
  done;
  !count

let triples limit =
  let count = ref 0 in
  for a = 1 to limit do
    for b = a to limit do
      let c = ref b in
      let sum = (a * a) + (b * b) in
      while !c * !c < sum do incr c done;
      if !c * !c = sum && !c <= limit then incr count
    done
  done;
  !count

let generator steps =
  let x = ref 42 and ones = ref 0 in
  for _ = 1 to steps do
    x := ((!x * 1103515245) + 12345) land 0x7fffffff;
    if !x land 0x10000 <> 0 then incr ones else ones := !ones lxor 3
  done;
  !ones

let () =
  let sum = ref 0 in
  for i = 1 to 4 * size do
    sum := !sum + sieve (80_000 + i) + triples (110 + (i land 7)) + generator (150_000 + i)
  done;
  Printf.printf "loops %d\n" !sum
