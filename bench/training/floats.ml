(* Training: fast Fourier transform, Gaussian elimination, the Lorenz system by Runge and Kutta, numerical integration.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec fft (a : Complex.t array) =
  let n = Array.length a in
  if n = 1 then a
  else
    let half parity = fft (Array.init (n / 2) (fun i -> a.((2 * i) + parity))) in
    let even = half 0 and odd = half 1 in
    let r = Array.make n Complex.zero in
    for k = 0 to (n / 2) - 1 do
      let t = Complex.mul (Complex.polar 1. (-2. *. Float.pi *. float_of_int k /. float_of_int n)) odd.(k) in
      r.(k) <- Complex.add even.(k) t;
      r.(k + (n / 2)) <- Complex.sub even.(k) t
    done;
    r

let solve a b =
  let n = Array.length b in
  for p = 0 to n - 1 do
    let best = ref p in
    for r = p + 1 to n - 1 do if abs_float a.(r).(p) > abs_float a.(!best).(p) then best := r done;
    let row = a.(p) and v = b.(p) in
    a.(p) <- a.(!best); a.(!best) <- row;
    b.(p) <- b.(!best); b.(!best) <- v;
    for r = p + 1 to n - 1 do
      let f = a.(r).(p) /. a.(p).(p) in
      for c = p to n - 1 do a.(r).(c) <- a.(r).(c) -. (f *. a.(p).(c)) done;
      b.(r) <- b.(r) -. (f *. b.(p))
    done
  done;
  let x = Array.make n 0. in
  for r = n - 1 downto 0 do
    let s = ref b.(r) in
    for c = r + 1 to n - 1 do s := !s -. (a.(r).(c) *. x.(c)) done;
    x.(r) <- !s /. a.(r).(r)
  done;
  x

type vector = { x : float; y : float; z : float }

let plus a k b = { x = a.x +. (k *. b.x); y = a.y +. (k *. b.y); z = a.z +. (k *. b.z) }
let lorenz v = { x = 10. *. (v.y -. v.x); y = (v.x *. (28. -. v.z)) -. v.y; z = (v.x *. v.y) -. (8. /. 3. *. v.z) }

let step h v =
  let k1 = lorenz v in
  let k2 = lorenz (plus v (h /. 2.) k1) in
  let k3 = lorenz (plus v (h /. 2.) k2) in
  let k4 = lorenz (plus v h k3) in
  plus (plus (plus (plus v (h /. 6.) k1) (h /. 3.) k2) (h /. 3.) k3) (h /. 6.) k4

let simpson f lo hi n =
  let h = (hi -. lo) /. float_of_int n in
  let sum = ref (f lo +. f hi) in
  for i = 1 to n - 1 do
    sum := !sum +. (f (lo +. (h *. float_of_int i)) *. if i land 1 = 0 then 2. else 4.)
  done;
  !sum *. h /. 3.

let () =
  let total = ref 0. and v = ref { x = 1.; y = 1.; z = 1. } in
  for i = 1 to 100 * size do
    let signal = fft (Array.init 64 (fun k -> { Complex.re = sin (float_of_int (k * i)); im = 0. })) in
    total := !total +. Complex.norm signal.(i land 63);
    let x = solve (Array.init 12 (fun r -> Array.init 12 (fun c -> 1. /. float_of_int (r + c + 1 + (i land 3))))) (Array.make 12 1.) in
    if Float.is_finite x.(0) then total := !total +. Float.min 1. (abs_float x.(11));
    for _ = 1 to 200 do v := step 0.001 !v done;
    total := !total +. simpson (fun t -> exp (-.t *. t) *. cos (t *. float_of_int i)) 0. 2. 200
  done;
  Printf.printf "floats %.6f %.6f\n" !total !v.x
