(* Arrays of integers: matrix multiplication, permutations with flips (fannkuch), prefix sums with the functions of
   Array. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let multiply a b =
  let n = Array.length a in
  let c = Array.make_matrix n n 0 in
  for i = 0 to n - 1 do
    let row = a.(i) and target = c.(i) in
    for j = 0 to n - 1 do
      let sum = ref 0 in
      for k = 0 to n - 1 do
        sum := !sum + (row.(k) * b.(k).(j))
      done;
      target.(j) <- !sum land 0xffff
    done
  done;
  c

let flips permutation =
  let p = Array.copy permutation in
  let count = ref 0 in
  while p.(0) <> 0 do
    let first = p.(0) in
    for i = 0 to (first - 1) / 2 do
      let t = p.(i) in
      p.(i) <- p.(first - i);
      p.(first - i) <- t
    done;
    incr count
  done;
  !count

(* Heap's algorithm: the largest number of flips over all permutations of 0..n-1, and their number. *)
let fannkuch n =
  let p = Array.init n Fun.id and largest = ref 0 and seen = ref 0 in
  let rec permute k =
    if k = 1 then begin
      incr seen;
      let f = flips p in
      if f > !largest then largest := f
    end
    else
      for i = 0 to k - 1 do
        permute (k - 1);
        let j = if k land 1 = 0 then i else 0 in
        let t = p.(j) in
        p.(j) <- p.(k - 1);
        p.(k - 1) <- t
      done
  in
  permute n;
  !largest + !seen

let prefix_sums n seed =
  let a = Array.init n (fun i -> (i * seed) land 1023) in
  let running = ref 0 in
  let sums = Array.map (fun x -> running := !running + x; !running) a in
  Array.blit sums 0 a (n / 2) (n / 2);
  Array.iteri (fun i x -> if i > 0 then a.(i) <- (x + a.(i - 1)) land 0xfffff) a;
  Array.fold_left ( + ) 0 a

let () =
  let sum = ref 0 in
  for i = 1 to 2 * size do
    let m = Array.init 60 (fun r -> Array.init 60 (fun c -> (r * c) + i)) in
    let c = multiply m (multiply m m) in
    sum := (!sum + c.(i mod 60).(7) + fannkuch (6 + (i land 1)) + prefix_sums 10_000 i) land 0xffffffff
  done;
  Printf.printf "arrays %d\n" !sum
