let cube x = x * Kernel.square x
let powers n = List.map (Kernel.power 2) (List.init n (fun i -> i + 1))
let checked x n = try Kernel.checked_power x n with Kernel.Singular _ -> -1
let add x y = Kernel.add3 x y 1
let scaled x = Kernel.Ten.scale x + 1
let over x = Kernel.adder 1 x
let five b = Kernel.add_to_five b
let part x = Kernel.add3 x
let rec loop n acc = if n = 0 then acc else loop (n - 1) (acc + Kernel.square 2)
let tail x = Kernel.half x
let through f x = Kernel.protect f x
