type t = { mutable n : int }

let make n = { n }
let get t = t.n
