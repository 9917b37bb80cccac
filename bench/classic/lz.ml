(* Compression by references to what came before (LZ77), with chains of hashed positions. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let window = 8192

(** Literals as \000 and the byte; references as the length, then the distance in two bytes. *)
let compress text =
  let n = String.length text and out = Buffer.create 1000 in
  let heads = Array.make 4096 (-1) and previous = Array.make n (-1) in
  let hash i = (Char.code text.[i] lxor (Char.code text.[i + 1] lsl 4) lxor (Char.code text.[i + 2] lsl 7)) land 4095 in
  let note i =
    if i + 2 < n then begin
      let h = hash i in
      previous.(i) <- heads.(h);
      heads.(h) <- i
    end
  in
  let common i j =
    let k = ref 0 in
    while i + !k < n && !k < 255 && text.[i + !k] = text.[j + !k] do incr k done;
    !k
  in
  let rec longest i j tries ((best, _) as found) =
    if j < 0 || tries = 0 || i - j > window then found
    else
      let length = common i j in
      longest i previous.(j) (tries - 1) (if length > best then (length, i - j) else found)
  in
  let rec go i =
    if i < n then begin
      let length, distance = if i + 2 < n then longest i heads.(hash i) 24 (0, 0) else (0, 0) in
      if length > 3 then begin
        Buffer.add_uint8 out length;
        Buffer.add_uint16_le out distance;
        for k = i to i + length - 1 do note k done;
        go (i + length)
      end
      else begin
        Buffer.add_uint8 out 0;
        Buffer.add_char out text.[i];
        note i;
        go (i + 1)
      end
    end
  in
  go 0;
  Buffer.contents out

let expand data size =
  let out = Bytes.create size in
  let rec go i at =
    if i < String.length data then begin
      match String.get_uint8 data i with
      | 0 ->
          Bytes.set out at data.[i + 1];
          go (i + 2) (at + 1)
      | length ->
          let distance = String.get_uint16_le data (i + 1) in
          for k = at to at + length - 1 do Bytes.set out k (Bytes.get out (k - distance)) done;
          go (i + 3) (at + length)
    end
  in
  go 0 0;
  Bytes.unsafe_to_string out

let words =
  [| "the "; "camel "; "walks "; "over "; "sand and "; "stone "; "by night, "; "slowly. "; "Far "; "from wells " |]

let text seed =
  let b = Buffer.create 40_000 and state = ref seed in
  while Buffer.length b < 40_000 do
    state := ((!state * 1103515245) + 12345) land 0x3fffffff;
    let r = !state lsr 12 in
    Buffer.add_string b words.(r mod 10);
    if r land 15 = 0 then Buffer.add_string b (string_of_int r)
  done;
  Buffer.contents b

let () =
  let sum = ref 0 in
  for i = 1 to 2 * size do
    let t = text i in
    let data = compress t in
    if expand data (String.length t) <> t then failwith "lz";
    sum := !sum + String.length data
  done;
  Printf.printf "lz %d\n" !sum
