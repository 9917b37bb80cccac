(* Pancake flips over all permutations of 8 or 9 numbers ("fannkuch"). Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

(** The largest number of flips, and the alternating sum of the flips over all permutations. *)
let fannkuch n =
  let order = Array.init n Fun.id and stack = Array.make n 0 and turns = Array.make n 0 in
  let flips () =
    Array.blit order 0 stack 0 n;
    let count = ref 0 in
    while stack.(0) <> 0 do
      let low = ref 0 and high = ref stack.(0) in
      while !low < !high do
        let t = stack.(!low) in
        stack.(!low) <- stack.(!high);
        stack.(!high) <- t;
        incr low;
        decr high
      done;
      incr count
    done;
    !count
  in
  (* The next permutation turns the prefix of length i + 1 by one; a prefix that is back gives way to a longer one. *)
  let rec next i =
    i < n
    && begin
         let first = order.(0) in
         Array.blit order 1 order 0 i;
         order.(i) <- first;
         turns.(i) <- turns.(i) + 1;
         turns.(i) <= i
         || begin
              turns.(i) <- 0;
              next (i + 1)
            end
       end
  in
  let rec go most sum sign =
    let f = flips () in
    let most = max most f and sum = sum + (sign * f) in
    if next 1 then go most sum (-sign) else (most, sum)
  in
  go 0 0 1

let () =
  let total = ref 0 in
  for i = 1 to (2 * size + 4) / 5 do
    let most, sum = fannkuch (8 + (i land 1)) in
    total := !total + (1000 * most) + sum
  done;
  Printf.printf "fannkuch %d\n" !total
