/** Operations on numbers, letters and booleans, and comparisons, in the form that library.ts describes. */
export const NUMBER_LINES = String.raw`
% + % : int -> int -> int
% - % : int -> int -> int
% * % : int -> int -> int
- % : int -> int
? % / % : int -> int -> int
? % mod % : int -> int -> int
% / 7 : int -> int
% mod 10 : int -> int
% land % : int -> int -> int
% lor % : int -> int -> int
% lxor % : int -> int -> int
lnot % : int -> int
% lsl (% land 63) : int -> int -> int
% lsr (% land 63) : int -> int -> int
% asr (% land 63) : int -> int -> int
% lsl 3 : int -> int
% asr 2 : int -> int
abs % : int -> int
min % % : int -> int -> int
max % % : 'c -> 'c -> 'c
succ % : int -> int
compare % % : 'c -> 'c -> int
Hashtbl.hash % : 'c -> int
% = % : 'c -> 'c -> bool
% <> % : 'c -> 'c -> bool
% < % : 'c -> 'c -> bool
% <= % : 'c -> 'c -> bool
% > % : 'c -> 'c -> bool
% >= % : 'c -> 'c -> bool
(% : int) = % : int -> int -> bool
(% : int) < % : int -> int -> bool
(% : int) >= % : int -> int -> bool
(% : float) < % : float -> float -> bool
(% : float) >= % : float -> float -> bool
(% : float) = % : float -> float -> bool
(% : string) = % : string -> string -> bool
Float.compare % % : float -> float -> int
Int.compare % % : int -> int -> int
String.compare % % : string -> string -> int
Char.code % : char -> int
? Char.chr % : int -> char
Char.chr (% land 255) : int -> char
Char.uppercase_ascii % : char -> char
not % : bool -> bool
~ % && % : bool -> bool -> bool
~ % || % : bool -> bool -> bool
% +. % : float -> float -> float
% -. % : float -> float -> float
% *. % : float -> float -> float
% /. % : float -> float -> float
-. % : float -> float
sqrt % : float -> float
Float.abs % : float -> float
floor % : float -> float
ceil % : float -> float
Float.round % : float -> float
Float.trunc % : float -> float
Float.rem % % : float -> float -> float
Float.min % % : float -> float -> float
ldexp % (% land 31) : float -> int -> float
Float.succ % : float -> float
float_of_int % : int -> float
whole % : float -> int
modf % : float -> float * float
? float_of_string % : string -> float
Int64.float_of_bits (bits %) : float -> float
bits % : float -> int64
Float.is_integer % : float -> bool
Int32.add % % : int32 -> int32 -> int32
Int32.mul % % : int32 -> int32 -> int32
? Int32.div % % : int32 -> int32 -> int32
? Int32.rem % % : int32 -> int32 -> int32
Int32.shift_right_logical % (% land 31) : int32 -> int -> int32
Int32.logxor % % : int32 -> int32 -> int32
Int32.of_int % : int -> int32
Int32.to_int % : int32 -> int
Int32.compare % % : int32 -> int32 -> int
Int64.add % % : int64 -> int64 -> int64
Int64.sub % % : int64 -> int64 -> int64
Int64.mul % % : int64 -> int64 -> int64
? Int64.div % % : int64 -> int64 -> int64
? Int64.rem % % : int64 -> int64 -> int64
Int64.shift_left % (% land 63) : int64 -> int -> int64
Int64.shift_right % (% land 63) : int64 -> int -> int64
Int64.neg % : int64 -> int64
Int64.of_int % : int -> int64
Int64.to_int % : int64 -> int
Int64.of_int32 % : int32 -> int64
Int64.to_int32 % : int64 -> int32
Int64.logand % % : int64 -> int64 -> int64
Int64.shift_right_logical % (% land 63) : int64 -> int -> int64
Int64.equal % % : int64 -> int64 -> bool
(% : int64) < % : int64 -> int64 -> bool
(% : int32) >= % : int32 -> int32 -> bool
(% : nativeint) = % : nativeint -> nativeint -> bool
Int64.to_float % : int64 -> float
Int64.of_float (float_of_int (whole %)) : float -> int64
Int32.of_float (float_of_int (whole % land 0xffff)) : float -> int32
Int32.bits_of_float (finite %) : float -> int32
Int32.neg % : int32 -> int32
Int32.shift_left % (% land 31) : int32 -> int -> int32
Int64.of_nativeint % : nativeint -> int64
Nativeint.of_int32 % : int32 -> nativeint
Nativeint.add % % : nativeint -> nativeint -> nativeint
Nativeint.shift_right % (% land 63) : nativeint -> int -> nativeint
Nativeint.logxor % % : nativeint -> nativeint -> nativeint
Nativeint.compare % % : nativeint -> nativeint -> int
Float.of_int % : int -> float
Float.fma % % % : float -> float -> float -> float
Float.copy_sign % % : float -> float -> float
Float.equal % % : float -> float -> bool
Int64.unsigned_compare % % : int64 -> int64 -> int
Nativeint.mul % % : nativeint -> nativeint -> nativeint
Nativeint.sub % % : nativeint -> nativeint -> nativeint
? Nativeint.div % % : nativeint -> nativeint -> nativeint
Nativeint.of_int % : int -> nativeint
Nativeint.to_int % : nativeint -> int
`;
