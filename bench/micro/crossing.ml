(* Calls from tier to tier, by reference: a closure that crosses, is kept in a record, raised in an exception, marshalled, and
   called back. Argument: millions of calls. *)
type holder = { mutable f : int -> int; name : string }
exception Carrying of (int -> int)

let n = 1_000_000 * if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 10

(* near_*: of one tier; far_*: of the other. *)
let near_make k = fun x -> x + k
let far_store h f = h.f <- f
let far_raise f = raise (Carrying f)
let far_copy (f : int -> int) : int -> int = Marshal.from_string (Marshal.to_string f [ Marshal.Closures ]) 0
let far_twice x = x * 2
let near_twice x = x * 2
let near_loop f n =
  let s = ref 0 in
  for i = 1 to n do s := !s + f i done;
  !s
let far_loop f n =
  let s = ref 0 in
  for i = 1 to n do s := !s + f i done;
  !s
let far_catch f = try ignore (f ()); None with Carrying g -> Some g

let time name f =
  let before = Sys.time () in
  let result = f () in
  Printf.printf "%s %d\n" name result;
  Printf.eprintf "%-32s %6.1f ns\n%!" name ((Sys.time () -. before) *. 1e9 /. float_of_int n)

let () =
  let h = { f = (fun x -> x); name = "holder" } in
  far_store h (near_make 3);
  let raised = match far_raise h.f with _ -> None | exception Carrying g -> Some g in
  let caught = far_catch (fun () -> raise (Carrying (near_make 4))) in
  let get = function Some g -> g | None -> failwith h.name in
  let copy = far_copy h.f in
  Printf.printf "%d %d %d\n" ((get raised) 1) ((get caught) 1) (copy 1);
  time "near loop, near function" (fun () -> near_loop near_twice n);
  time "near loop, far function" (fun () -> near_loop far_twice n);
  time "far loop, near function" (fun () -> far_loop near_twice n);
  time "far loop, far function" (fun () -> far_loop far_twice n);
  time "far loop, closure kept" (fun () -> far_loop h.f n);
  time "far loop, closure raised" (fun () -> far_loop (get raised) n);
  time "far loop, closure marshalled" (fun () -> far_loop copy n)
