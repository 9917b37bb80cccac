external add : int -> int -> int = "%addint"
external raise : exn -> 'a = "%raise"

exception Empty

let rec sum = function [] -> 0 | x :: rest -> add x (sum rest)
let head = function [] -> raise Empty | x :: _ -> x
