(* Sorting: quicksort in place, quicksort with a comparison that is passed, and quicksort of lists.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec sort (a : int array) low high =
  if low < high then begin
    let pivot = a.((low + high) / 2) and i = ref low and j = ref high in
    while !i <= !j do
      while a.(!i) < pivot do incr i done;
      while a.(!j) > pivot do decr j done;
      if !i <= !j then begin
        let t = a.(!i) in
        a.(!i) <- a.(!j);
        a.(!j) <- t;
        incr i;
        decr j
      end
    done;
    sort a low !j;
    sort a !i high
  end

let rec sort_by order a low high =
  if low < high then begin
    let pivot = a.(high) and border = ref low in
    let swap i j =
      let t = a.(i) in
      a.(i) <- a.(j);
      a.(j) <- t
    in
    for i = low to high - 1 do
      if order a.(i) pivot < 0 then begin
        swap i !border;
        incr border
      end
    done;
    swap !border high;
    sort_by order a low (!border - 1);
    sort_by order a (!border + 1) high
  end

let rec sort_list = function
  | ([] | [ _ ]) as l -> l
  | pivot :: rest ->
      let small, large = List.partition (fun x -> x < pivot) rest in
      sort_list small @ (pivot :: sort_list large)

let state = ref 42

let random () =
  state := ((!state * 1103515245) + 12345) land 0x3fffffff;
  !state lsr 6

let () =
  let sum = ref 0 in
  for _ = 1 to size do
    let n = 20_000 in
    let a = Array.init n (fun _ -> random ()) in
    let floats = Array.init (n / 2) (fun i -> float_of_int a.(2 * i)) in
    let l = List.init (n / 4) (fun i -> a.(4 * i)) in
    sort a 0 (n - 1);
    sort_by Float.compare floats 0 ((n / 2) - 1);
    let l = sort_list l in
    for i = 1 to n - 1 do assert (a.(i - 1) <= a.(i)) done;
    for i = 1 to (n / 2) - 1 do assert (floats.(i - 1) <= floats.(i)) done;
    sum := !sum + a.(n / 3) + int_of_float floats.(n / 5) + List.nth l (n / 7)
  done;
  Printf.printf "quicksort %d\n" !sum
