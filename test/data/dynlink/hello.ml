let x = "Hello!"
let length = Sys.opaque_identity String.length
