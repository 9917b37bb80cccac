(* Fast Fourier transform: in place on arrays of floats, and recursive on complex numbers. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let pi = 4. *. atan 1.

(** Transforms the numbers re + i im, as many as a power of 2; `sign` is -1 forwards and 1 backwards. *)
let transform sign re im =
  let n = Array.length re in
  let swap (a : float array) i j =
    let t = a.(i) in
    a.(i) <- a.(j);
    a.(j) <- t
  in
  let j = ref 0 in
  for i = 0 to n - 2 do
    if i < !j then begin
      swap re i !j;
      swap im i !j
    end;
    let bit = ref (n / 2) in
    while !j land !bit <> 0 do
      j := !j lxor !bit;
      bit := !bit / 2
    done;
    j := !j lor !bit
  done;
  let half = ref 1 in
  while !half < n do
    let angle = sign *. pi /. float_of_int !half in
    let step_re = cos angle and step_im = sin angle in
    let w_re = ref 1. and w_im = ref 0. in
    for offset = 0 to !half - 1 do
      let i = ref offset in
      while !i < n do
        let k = !i + !half in
        let t_re = (!w_re *. re.(k)) -. (!w_im *. im.(k)) in
        let t_im = (!w_re *. im.(k)) +. (!w_im *. re.(k)) in
        re.(k) <- re.(!i) -. t_re;
        im.(k) <- im.(!i) -. t_im;
        re.(!i) <- re.(!i) +. t_re;
        im.(!i) <- im.(!i) +. t_im;
        i := k + !half
      done;
      let next = (!w_re *. step_re) -. (!w_im *. step_im) in
      w_im := (!w_re *. step_im) +. (!w_im *. step_re);
      w_re := next
    done;
    half := 2 * !half
  done

let rec recursive (a : Complex.t array) =
  let n = Array.length a in
  if n = 1 then a
  else begin
    let half = n / 2 in
    let even = recursive (Array.init half (fun i -> a.(2 * i))) in
    let odd = recursive (Array.init half (fun i -> a.((2 * i) + 1))) in
    let twisted =
      Array.mapi (fun k x -> Complex.mul (Complex.polar 1. (-.pi *. float_of_int k /. float_of_int half)) x) odd
    in
    Array.init n (fun k ->
        if k < half then Complex.add even.(k) twisted.(k) else Complex.sub even.(k - half) twisted.(k - half))
  end

let () =
  let n = 16384 in
  let re = Array.init n (fun i -> float_of_int (i land 255) /. 256.) and im = Array.make n 0. in
  let power = ref 0. in
  for i = 1 to 2 * size do
    transform (-1.) re im;
    transform 1. re im;
    for k = 0 to n - 1 do
      re.(k) <- re.(k) /. float_of_int n;
      im.(k) <- im.(k) /. float_of_int n
    done;
    if i land 3 = 0 then begin
      let spectrum = recursive (Array.init 1024 (fun k -> { Complex.re = re.(k + i); im = 0. })) in
      power := !power +. Complex.norm spectrum.(i land 511)
    end
  done;
  let sum = Array.fold_left ( +. ) 0. re in
  Printf.printf "fft %.6f %.6f\n" sum !power
