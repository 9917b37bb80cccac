#load "kernel.cmo";;
(* An interpreted closure in native code, and a native closure here. *)
Kernel.map_twice (fun x -> x * 10) [1; 2; 3];;
let plus3 = Kernel.adder 3;;
List.map plus3 [1; 2; 3];;
let both = Kernel.compose (fun x -> x * 2) plus3;;
both 4;;
Kernel.compose both (Kernel.compose plus3 succ) 1;;
(* Exceptions, caught by pattern matching on both sides. *)
try Kernel.checked_power 2 (-5) with Kernel.Singular n when n < 0 -> n;;
match Kernel.check (-1) with n -> n | exception Kernel.Singular n -> n - 1;;
Kernel.checked_power 2 (-5);;
exception Mine of string;;
Kernel.protect (fun () -> raise (Kernel.Singular 7)) ();;
Kernel.protect (fun s -> failwith s) "here";;
try Kernel.protect (fun () -> raise (Mine "passes through")) () with Mine s -> s;;
(* A record that both sides change. *)
Kernel.counter;;
Kernel.record (fun x -> x /. 2.) 5.;;
Kernel.counter.calls <- 41;;
Kernel.calls ();;
Kernel.adder 0 (Kernel.calls ());;
Kernel.counter;;
Kernel.record (fun x -> Kernel.counter.last <- nan; Kernel.counter.calls <- 0; x) 1.5;;
Kernel.counter;;
Kernel.each (fun x -> Kernel.total := 100; x) [1; 2; 3];;
!Kernel.total;;
(* A printer of native code. *)
#install_printer Kernel.print_counter;;
Kernel.counter, [Kernel.counter];;
#remove_printer Kernel.print_counter;;
(* A native function traced, which calls an interpreted closure and raises. *)
#trace Kernel.record;;
Kernel.record (fun x -> x +. Kernel.record sqrt 16.) 1.;;
Kernel.record (fun _ -> raise (Kernel.Singular 0)) 1.;;
#trace Kernel.power;;
Kernel.power 2 5;;
#untrace Kernel.power;;
Kernel.power 2 5;;
#untrace_all;;
Kernel.record (fun x -> x) 1.;;
