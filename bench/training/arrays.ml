(* Training: shortest paths (Floyd and Warshall), the game of life, heapsort, longest common subsequences, a ring buffer.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let shortest_paths n seed =
  let d = Array.init n (fun i -> Array.init n (fun j -> if i = j then 0 else 1 + (((i * 31) + (j * 17) + seed) mod 97))) in
  for k = 0 to n - 1 do
    for i = 0 to n - 1 do
      for j = 0 to n - 1 do
        let through = d.(i).(k) + d.(k).(j) in
        if through < d.(i).(j) then d.(i).(j) <- through
      done
    done
  done;
  Array.fold_left (fun s row -> Array.fold_left ( + ) s row) 0 d

let life n generations seed =
  let world = ref (Array.init (n * n) (fun i -> (i * i + seed) mod 7 < 3)) in
  for _ = 1 to generations do
    let w = !world in
    let alive r c = w.((((r + n) mod n) * n) + ((c + n) mod n)) in
    world :=
      Array.mapi
        (fun i cell ->
          let r = i / n and c = i mod n in
          let around = ref 0 in
          for dr = -1 to 1 do
            for dc = -1 to 1 do
              if (dr <> 0 || dc <> 0) && alive (r + dr) (c + dc) then incr around
            done
          done;
          !around = 3 || (cell && !around = 2))
        w
  done;
  Array.fold_left (fun n cell -> if cell then n + 1 else n) 0 !world

let heapsort a =
  let swap i j = let t = a.(i) in a.(i) <- a.(j); a.(j) <- t in
  let rec sift root stop =
    let child = (2 * root) + 1 in
    if child < stop then begin
      let child = if child + 1 < stop && a.(child) < a.(child + 1) then child + 1 else child in
      if a.(root) < (a.(child) : int) then begin swap root child; sift child stop end
    end
  in
  let n = Array.length a in
  for i = (n / 2) - 1 downto 0 do sift i n done;
  for stop = n - 1 downto 1 do swap 0 stop; sift 0 stop done

let common_subsequence a b =
  let n = Array.length a and m = Array.length b in
  let best = Array.make_matrix (n + 1) (m + 1) 0 in
  for i = 1 to n do
    for j = 1 to m do
      best.(i).(j) <- (if a.(i - 1) = (b.(j - 1) : int) then best.(i - 1).(j - 1) + 1 else max best.(i - 1).(j) best.(i).(j - 1))
    done
  done;
  best.(n).(m)

type 'a ring = { slots : 'a array; mutable head : int; mutable used : int }

let push r v =
  let n = Array.length r.slots in
  r.slots.((r.head + r.used) mod n) <- v;
  if r.used < n then r.used <- r.used + 1 else r.head <- (r.head + 1) mod n

let pop r = let v = r.slots.(r.head) in r.head <- (r.head + 1) mod Array.length r.slots; r.used <- r.used - 1; v

let () =
  let sum = ref 0 in
  for i = 1 to 9 * size do
    sum := !sum + shortest_paths 24 i + life 20 3 i;
    let a = Array.init 800 (fun k -> (k * 7919 + i) land 1023) in
    let b = Array.sub a 100 90 in
    heapsort a;
    sum := !sum + common_subsequence (Array.append b [| 1; 2; 3 |]) (Array.map (fun x -> x land 511) b);
    let r = { slots = Array.make 100 ("", 0); head = 0; used = 0 } in
    for k = 1 to 1500 do
      push r ("item", k + a.(k mod 800));
      if k mod 3 = 0 then sum := (!sum + snd (pop r)) land 0xffffffff
    done
  done;
  Printf.printf "arrays %d\n" !sum
